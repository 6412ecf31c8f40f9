namespace Signals.Core.Definitions;

/// <summary>How a category becomes numbers.</summary>
public enum CategoryEncoding : byte
{
    /// <summary>One element per category, 1 at the row's own, all 0 when it has none. The default.</summary>
    OneHot = 0,

    /// <summary>One element per category, 1 at each that one of the columns holds.</summary>
    MultiHot = 1,

    /// <summary>
    /// One element: 0 for padding, no value or no known category; i + 1 for category i; the count of categories + 1 for "other". What an
    /// embedding layer takes.
    /// </summary>
    Index = 2,
}
