namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>Bounds that keep a file that is not CSV from eating the memory.</summary>
internal static class CsvLimits
{
    /// <summary>Unescaped bytes of one row.</summary>
    public const int MaxRowBytes = 1 << 20;

    /// <summary>Columns of one row.</summary>
    public const int MaxFields = 4096;
}
