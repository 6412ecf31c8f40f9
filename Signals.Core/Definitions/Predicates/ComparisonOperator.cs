namespace Signals.Core.Definitions.Predicates;

/// <summary>How a value is compared with a constant.</summary>
internal enum ComparisonOperator : byte
{
    /// <summary>The values are equal.</summary>
    Equal = 0,

    /// <summary>There is a value, and it is not equal.</summary>
    NotEqual = 1,

    /// <summary>The value is less. Numbers only.</summary>
    LessThan = 2,

    /// <summary>The value is less or equal. Numbers only.</summary>
    AtMost = 3,

    /// <summary>The value is greater. Numbers only.</summary>
    GreaterThan = 4,

    /// <summary>The value is greater or equal. Numbers only.</summary>
    AtLeast = 5,
}
