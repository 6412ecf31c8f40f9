namespace Signals.Parquet;

/// <summary>How a column of a Parquet file names users.</summary>
public enum ParquetUserKind
{
    /// <summary>
    /// By what the column holds: numbers are <see cref="Number"/>, 16 bytes and UUIDs are <see cref="Bits"/>. Text can mean several
    /// things, so it has to be told, unless Signals wrote the file.
    /// </summary>
    Automatic = 0,

    /// <summary>
    /// A whole number from 1 to 2^64 - 1, also as a decimal without digits behind the point: <see cref="UserId.From(ulong)"/>.
    /// </summary>
    Number,

    /// <summary>A name, which is hashed: <see cref="UserId.From(string)"/>.</summary>
    Name,

    /// <summary>The text that <see cref="UserId.ToString"/> writes.</summary>
    CanonicalText,

    /// <summary>The text of a GUID, 8-4-4-4-12 hexadecimal digits: <see cref="UserId.From(Guid)"/>.</summary>
    GuidText,

    /// <summary>16 bytes, the most significant first: the 128 bits of the user, or of a GUID.</summary>
    Bits,
}
