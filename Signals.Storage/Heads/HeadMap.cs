namespace Signals.Storage.Heads;

/// <summary>Where the columns of a query lie in the heads of one event type. Immutable.</summary>
/// <param name="Layout">The layout of the heads; null when no head can answer the query.</param>
/// <param name="Positions">For each column of the query its place in the layout, or -1 when the event type lacks it.</param>
internal sealed record HeadMap(HeadLayout? Layout, int[] Positions)
{
    /// <summary>For a query that no head can answer.</summary>
    public static HeadMap None { get; } = new(null, []);

    /// <summary>
    /// For each column of the layout the column of the query that has it; null when the query lacks one. With all of them its answer can
    /// become a head.
    /// </summary>
    public int[]? Sources { get; } = FindSources(Layout, Positions);

    private static int[]? FindSources(HeadLayout? layout, int[] positions)
    {
        int[] sources = new int[layout?.Columns.Length ?? 0];
        for (int i = 0; i < sources.Length; i++)
        {
            sources[i] = Array.IndexOf(positions, i);
        }

        return Array.TrueForAll(sources, source => source >= 0) ? sources : null;
    }
}
