using Signals.Definitions;

namespace Signals.Core.Definitions.Values;

/// <summary>
/// The limits of a definition. A definition that exceeds them is refused, whether it comes from code or from JSON.
/// </summary>
internal static class DefinitionLimits
{
    /// <summary>The largest number of bytes of a definition's JSON.</summary>
    public const int MaxJsonBytes = 1 << 20;

    /// <summary>How deep objects and lists may be nested in the JSON.</summary>
    public const int MaxJsonDepth = 64;

    /// <summary>The largest number of errors that one <see cref="DefinitionException"/> lists.</summary>
    public const int MaxErrors = 100;

    /// <summary>The largest number of event types that a definition reads.</summary>
    public const int MaxFromClauses = 64;

    /// <summary>The largest number of rows of a sequence, and of one source.</summary>
    public const int MaxRows = 1 << 20;

    /// <summary>How deep predicates may be nested.</summary>
    public const int MaxPredicateDepth = 16;

    /// <summary>The largest number of predicates in one expression, the connectives included.</summary>
    public const int MaxPredicates = 1024;

    /// <summary>The largest number of values of one set.</summary>
    public const int MaxSetValues = 4096;

    /// <summary>
    /// The largest number of categories of one encoding. For more, use an embedding indexed by the item itself.
    /// </summary>
    public const int MaxCategories = 4096;

    /// <summary>The largest number of columns of a dedup key, or of a category feature.</summary>
    public const int MaxKeyColumns = 16;

    /// <summary>The largest number of mix rules.</summary>
    public const int MaxMixRules = 64;

    /// <summary>The largest number of enrichments.</summary>
    public const int MaxEnrichments = 64;

    /// <summary>The largest number of output columns.</summary>
    public const int MaxColumns = 1024;

    /// <summary>The largest number of tensors.</summary>
    public const int MaxTensors = 256;

    /// <summary>The largest number of features of one tensor.</summary>
    public const int MaxFeatures = 1024;

    /// <summary>The largest number of components of one row of a tensor.</summary>
    public const int MaxTensorWidth = 65_536;

    /// <summary>The largest number of parameters.</summary>
    public const int MaxParameters = 64;

    /// <summary>The largest number of characters of a text value or a description, and of bytes of a byte string.</summary>
    public const int MaxTextLength = 4096;

    /// <summary>The longest time window.</summary>
    public static TimeSpan MaxWindow { get; } = TimeSpan.FromDays(365_000);

    /// <summary>The longest deadline or timeout.</summary>
    public static TimeSpan MaxDeadline { get; } = TimeSpan.FromMinutes(1);
}
