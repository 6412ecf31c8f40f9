namespace Signals.Storage.Segments;

/// <summary>How much <see cref="OrderedParts"/> may hold, and when it begins. Immutable.</summary>
/// <param name="FirstRows">How many rows must have come in order before the first of them are written.</param>
/// <param name="WaitingBytes">The most bytes of parts that wait in memory.</param>
/// <param name="FirstPartBytes">The bytes at which the part of the earliest window gets a file, which becomes the segment.</param>
/// <param name="OpenWindows">The most windows that rows may come for in turn. Each takes about 1 MiB.</param>
/// <param name="DirectoryBytes">The most bytes of their directories, without the largest one.</param>
internal sealed record OrderedLimits(int FirstRows, long WaitingBytes, long FirstPartBytes, int OpenWindows, long DirectoryBytes)
{
    private const int RowsInCache = 8192; // rows that stay in the processor's cache until they are written
    private const long LeastBudgetBytes = 16 << 20;
    private const long BytesPerWindow = 1 << 20;
    private const int MostWindows = 64;
    private const long MostFirstPartBytes = 4 << 20; // by then the windows that rows come for in turn have shown up

    /// <summary>The limits for a memory budget; null when the budget is too small for writing without sorting.</summary>
    public static OrderedLimits? For(long budgetBytes) => budgetBytes < LeastBudgetBytes
        ? null
        : new OrderedLimits(
            RowsInCache,
            budgetBytes / 2,
            Math.Min(MostFirstPartBytes, budgetBytes / 32),
            (int)Math.Min(MostWindows, budgetBytes / 8 / BytesPerWindow),
            budgetBytes / 8);
}
