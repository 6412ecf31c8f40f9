namespace Signals.Definitions;

/// <summary>How a category becomes numbers.</summary>
public enum CategoryEncoding : byte
{
    /// <summary>
    /// One element per category: 1 for the row's category, 0 for the others. All are 0 when the row has no category. The default.
    /// </summary>
    OneHot = 0,

    /// <summary>One element per category: 1 for each category that one of the columns holds.</summary>
    MultiHot = 1,

    /// <summary>
    /// One element, as an embedding layer takes it: 0 for padding, for no value and for an unknown category; i + 1 for category
    /// i; the number of categories + 1 for "other".
    /// </summary>
    Index = 2,
}
