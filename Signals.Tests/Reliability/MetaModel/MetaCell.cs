namespace Signals.Tests.Reliability.MetaModel;

/// <summary>One value of one event: when it was set, its state and its bytes. The stamp of an absent one means nothing.</summary>
internal readonly record struct MetaCell(ColumnState State, byte[] Bytes, ulong Stamp = 1)
{
    public static MetaCell Absent { get; } = new(ColumnState.Absent, []);

    /// <summary>The merge rule of two copies: absent loses, then the greater stamp, then value over null, then the larger bytes.</summary>
    public MetaCell Merge(MetaCell other) =>
        State == ColumnState.Absent || other.State == ColumnState.Absent ? (State == ColumnState.Absent ? other : this)
        : Stamp != other.Stamp ? (Stamp > other.Stamp ? this : other)
        : State != other.State ? (State > other.State ? this : other)
        : State == ColumnState.Value && Bytes.AsSpan().SequenceCompareTo(other.Bytes) < 0 ? other
        : this;

    /// <summary>Whether an answer shows this: without a value its bytes must be zero.</summary>
    public bool Shows(MetaCell answer) =>
        State == answer.State
        && (State == ColumnState.Value ? Bytes.AsSpan().SequenceEqual(answer.Bytes) : !answer.Bytes.AsSpan().ContainsAnyExcept((byte)0));

    public override string ToString() => $"{(State == ColumnState.Value ? Convert.ToHexString(Bytes) : State.ToString())}@{Stamp}";
}
