namespace Signals.Core.Definitions;

/// <summary>The bounds of a definition. A definition beyond them is refused wherever it comes from.</summary>
public static class DefinitionLimits
{
    /// <summary>Bytes of a definition's JSON.</summary>
    public const int MaxJsonBytes = 1 << 20;

    /// <summary>Objects and lists inside each other in the JSON.</summary>
    public const int MaxJsonDepth = 64;

    /// <summary>Errors that one <see cref="DefinitionException"/> carries.</summary>
    public const int MaxErrors = 100;

    /// <summary>Event types that a definition reads.</summary>
    public const int MaxSources = 64;

    /// <summary>Rows of a sequence, and of one source.</summary>
    public const int MaxRows = 1 << 20;

    /// <summary>Predicates inside each other.</summary>
    public const int MaxPredicateDepth = 16;

    /// <summary>Predicates in one expression, the connectives counted.</summary>
    public const int MaxPredicates = 1024;

    /// <summary>Values of one set.</summary>
    public const int MaxSetValues = 4096;

    /// <summary>Categories of one encoding; more belong into an embedding by index of the item itself.</summary>
    public const int MaxCategories = 4096;

    /// <summary>Columns of a dedup key, or of a category feature.</summary>
    public const int MaxKeyColumns = 16;

    /// <summary>Mix rules.</summary>
    public const int MaxMixRules = 64;

    /// <summary>Enrichments.</summary>
    public const int MaxEnrichments = 64;

    /// <summary>Output columns.</summary>
    public const int MaxColumns = 1024;

    /// <summary>Tensors.</summary>
    public const int MaxTensors = 256;

    /// <summary>Features of one tensor.</summary>
    public const int MaxFeatures = 1024;

    /// <summary>Components of one row of a tensor.</summary>
    public const int MaxTensorWidth = 65_536;

    /// <summary>Parameters.</summary>
    public const int MaxParameters = 64;

    /// <summary>Characters of a text value or a description, bytes of a byte string.</summary>
    public const int MaxTextLength = 4096;

    /// <summary>The longest time window.</summary>
    public static TimeSpan MaxWindow { get; } = TimeSpan.FromDays(365_000);

    /// <summary>The longest deadline or timeout.</summary>
    public static TimeSpan MaxDeadline { get; } = TimeSpan.FromMinutes(1);
}
