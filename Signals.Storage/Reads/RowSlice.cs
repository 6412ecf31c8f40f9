namespace Signals.Storage.Reads;

/// <summary>Rows of one source that follow one another in the answer: row, row + step, row + 2 step ... Immutable.</summary>
/// <param name="Source">Index of the source in the read's source list.</param>
/// <param name="Row">First row, counted in the source.</param>
/// <param name="Count">How many rows.</param>
/// <param name="Step">1 or -1.</param>
internal readonly record struct RowSlice(int Source, long Row, int Count, int Step)
{
    /// <summary>The part from <paramref name="start"/> on, <paramref name="count"/> rows long.</summary>
    public RowSlice Part(int start, int count) => this with { Row = Row + ((long)start * Step), Count = count };

    public RowSlice Reversed() => this with { Row = Row + ((long)(Count - 1) * Step), Step = -Step };
}
