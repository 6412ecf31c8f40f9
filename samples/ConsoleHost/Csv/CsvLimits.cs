namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>Bounds that keep a file that is not CSV from eating the memory.</summary>
internal static class CsvLimits
{
    /// <summary>Unescaped bytes of one row.</summary>
    public const int MaxRowBytes = 1 << 20;

    /// <summary>
    /// Bytes of one exported event: the largest batch that a store takes by default, with room for hexadecimal and escapes.
    /// </summary>
    public const int MaxExportedRowBytes = 16 << 20;

    /// <summary>Columns of one row.</summary>
    public const int MaxFields = 4096;
}
