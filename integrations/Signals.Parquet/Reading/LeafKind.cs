namespace Signals.Parquet.Reading;

/// <summary>What the values of a leaf mean, whatever their physical type is.</summary>
internal enum LeafKind
{
    /// <summary>Something that no column of ours holds.</summary>
    Other = 0,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Whole numbers with a sign, of 8 to 64 bits.</summary>
    Signed,

    /// <summary>Whole numbers without a sign, of 8 to 64 bits.</summary>
    Unsigned,

    /// <summary>Floating point of 16, 32 or 64 bits.</summary>
    Float,

    /// <summary>Decimal numbers with a fixed scale.</summary>
    Decimal,

    /// <summary>Points in time of any unit, and days.</summary>
    Time,

    /// <summary>Text in UTF-8.</summary>
    Text,

    /// <summary>Bytes of any or of fixed length.</summary>
    Bytes,

    /// <summary>UUIDs of 16 bytes.</summary>
    Uuid,
}
