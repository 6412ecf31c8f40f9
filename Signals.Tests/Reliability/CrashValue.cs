namespace Signals.Tests.Reliability;

/// <summary>One column of a model event. Immutable.</summary>
internal readonly record struct CrashValue(ColumnState State, byte[] Bytes)
{
    public static readonly CrashValue Absent = new(ColumnState.Absent, []);

    public static readonly CrashValue Null = new(ColumnState.Null, []);

    public static CrashValue Of(ReadOnlySpan<byte> bytes) => new(ColumnState.Value, bytes.ToArray());

    /// <summary>The merge rule of two versions of one column: value over null over absent, then the larger bytes.</summary>
    public static CrashValue Merge(in CrashValue a, in CrashValue b) =>
        a.State != b.State ? (a.State > b.State ? a : b)
        : a.Bytes.AsSpan().SequenceCompareTo(b.Bytes) >= 0 ? a : b;
}
