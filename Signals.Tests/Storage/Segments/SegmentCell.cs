namespace Signals.Tests.Storage.Segments;

/// <summary>A cell of the model: null or a value; a cell that is absent is not in the model. Ordered as cells of one stamp merge.</summary>
internal readonly record struct SegmentCell(ColumnState State, byte[] Value) : IComparable<SegmentCell>
{
    public int CompareTo(SegmentCell other)
    {
        int byState = State.CompareTo(other.State);
        return byState != 0 ? byState : Value.AsSpan().SequenceCompareTo(other.Value);
    }

    public bool Equals(SegmentCell other) => CompareTo(other) == 0;

    public override int GetHashCode() => HashCode.Combine(State, Value.Length);

    public override string ToString() => State == ColumnState.Null ? "null" : Convert.ToHexString(Value);
}
