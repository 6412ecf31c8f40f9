namespace Signals.Generators;

/// <summary>What a column holds in each row.</summary>
internal enum ColumnShape
{
    /// <summary>A number or boolean.</summary>
    Scalar,

    /// <summary>A fixed number of components.</summary>
    Vector,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Bytes of any length.</summary>
    Bytes,
}
