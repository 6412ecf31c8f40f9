namespace Signals.Core.Definitions;

/// <summary>How a value is compared with a constant.</summary>
public enum ComparisonOperator : byte
{
    /// <summary>Equal.</summary>
    Equal = 0,

    /// <summary>A value, and not equal.</summary>
    NotEqual = 1,

    /// <summary>Less; numbers only.</summary>
    LessThan = 2,

    /// <summary>Less or equal; numbers only.</summary>
    AtMost = 3,

    /// <summary>Greater; numbers only.</summary>
    GreaterThan = 4,

    /// <summary>Greater or equal; numbers only.</summary>
    AtLeast = 5,
}
