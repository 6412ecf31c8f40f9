namespace Signals.Parquet;

/// <summary>
/// What becomes of text that is not UTF-8, which Parquet's text must be. A store takes any bytes as text from those who give it bytes.
/// </summary>
public enum ParquetTextRule
{
    /// <summary>The export ends with an error that names column and user.</summary>
    Refuse = 0,

    /// <summary>What is not UTF-8 becomes U+FFFD. This is a loss.</summary>
    Replace = 1,

    /// <summary>All text columns are written as bytes that do not say that they are text. Nothing is lost.</summary>
    AsBytes = 2,
}
