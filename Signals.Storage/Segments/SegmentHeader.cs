using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Signals.Core.Schema;
using Signals.Offline;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// What a segment states before its parts: event type, columns, stamp and source. It uses names instead of ids, because its
/// writer may know types and columns in another order. Immutable.
/// </summary>
internal sealed class SegmentHeader
{
    /// <summary>The name of the event type.</summary>
    public required string EventType { get; init; }

    /// <summary>The length of the event type's windows in ms.</summary>
    public required long WindowMs { get; init; }

    /// <summary>The generation of all rows.</summary>
    public required long Generation { get; init; }

    /// <summary>The source rank of all rows.</summary>
    public required ushort SourceRank { get; init; }

    /// <summary>The name of the job or program that wrote the segment.</summary>
    public required string Source { get; init; }

    /// <summary>The days that the segment corrects; null when it states none.</summary>
    public DayRange? CorrectedDays { get; init; }

    /// <summary>The columns with cells, ordered by name.</summary>
    public required SegmentColumn[] Columns { get; init; }

    /// <summary>Encodes the header, including its checksum.</summary>
    public byte[] Encode()
    {
        int length = SegmentFormat.HeaderFixedLength + EventType.Length + Source.Length
            + Columns.Sum(column => SegmentFormat.ColumnFixedLength + column.Name.Length) + SegmentFormat.ChecksumLength;
        byte[] header = new byte[length];
        Span<byte> to = header;
        BinaryPrimitives.WriteUInt64LittleEndian(to, SegmentFormat.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], SegmentFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(to[SegmentFormat.HeaderLengthAt..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(to[20..], SourceRank);
        BinaryPrimitives.WriteUInt16LittleEndian(to[22..], (ushort)Columns.Length);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], Generation);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], WindowMs);
        BinaryPrimitives.WriteInt32LittleEndian(to[40..], CorrectedDays?.First.DayNumber ?? SegmentFormat.NoDay);
        BinaryPrimitives.WriteInt32LittleEndian(to[44..], CorrectedDays?.Last.DayNumber ?? SegmentFormat.NoDay);
        to[48] = (byte)EventType.Length;
        to[49] = (byte)Source.Length;
        to = to[SegmentFormat.HeaderFixedLength..];
        to = to[Encoding.ASCII.GetBytes(EventType, to)..];
        to = to[Encoding.ASCII.GetBytes(Source, to)..];
        foreach (SegmentColumn column in Columns)
        {
            to[0] = (byte)column.Type.Kind;
            to[1] = (byte)column.Name.Length;
            BinaryPrimitives.WriteInt32LittleEndian(to[4..], column.Type.Dimensions);
            to = to[SegmentFormat.ColumnFixedLength..];
            to = to[Encoding.ASCII.GetBytes(column.Name, to)..];
        }

        BinaryPrimitives.WriteUInt32LittleEndian(to, Crc32C.Compute(header.AsSpan(0, length - SegmentFormat.ChecksumLength)));
        return header;
    }

    /// <summary>
    /// The number that the checksums of a part include. It depends on this header and on the window and kind of the part. It is
    /// never 0.
    /// </summary>
    public static ulong PartIdentity(ReadOnlySpan<byte> header, long windowStart, RunKind kind)
    {
        Span<byte> part = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(part, windowStart);
        BinaryPrimitives.WriteInt64LittleEndian(part[sizeof(long)..], (byte)kind);
        return XxHash3.HashToUInt64(part, (long)XxHash3.HashToUInt64(header)) | 1UL << 63;
    }

    /// <summary>Decodes a header whose length was checked.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a valid header.</exception>
    public static SegmentHeader Decode(ReadOnlySpan<byte> header)
    {
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(header[^SegmentFormat.ChecksumLength..]);
        Require(checksum == Crc32C.Compute(header[..^SegmentFormat.ChecksumLength]), "the checksum of the header is wrong");
        Require(!header[50..SegmentFormat.HeaderFixedLength].ContainsAnyExcept((byte)0), "reserved bytes are not 0");
        int columns = BinaryPrimitives.ReadUInt16LittleEndian(header[22..]);
        long generation = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        long window = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        Require(columns <= SchemaLimits.MaxColumns, $"the header has {columns} columns, at most {SchemaLimits.MaxColumns} are allowed");
        Require(generation is >= 1 and <= SegmentOptions.MaxGeneration, $"the generation {generation} is not valid");
        Require(
            window >= (long)SchemaLimits.MinWindow.TotalMilliseconds && window <= (long)SchemaLimits.MaxWindow.TotalMilliseconds,
            $"the window length of {window} ms is not valid");
        ReadOnlySpan<byte> rest = header[SegmentFormat.HeaderFixedLength..^SegmentFormat.ChecksumLength];
        SegmentHeader decoded = new()
        {
            SourceRank = BinaryPrimitives.ReadUInt16LittleEndian(header[20..]),
            Generation = generation,
            WindowMs = window,
            CorrectedDays = Days(
                BinaryPrimitives.ReadInt32LittleEndian(header[40..]), BinaryPrimitives.ReadInt32LittleEndian(header[44..])),
            EventType = Name(ref rest, header[48]),
            Source = Name(ref rest, header[49]),
            Columns = ReadColumns(ref rest, columns),
        };
        Require(rest.IsEmpty, $"{rest.Length} bytes follow the last column of the header");
        return decoded;
    }

    private static SegmentColumn[] ReadColumns(ref ReadOnlySpan<byte> rest, int count)
    {
        Require(rest.Length >= count * SegmentFormat.ColumnFixedLength, $"{count} columns do not fit {rest.Length} bytes of the header");
        SegmentColumn[] columns = new SegmentColumn[count];
        for (int i = 0; i < count; i++)
        {
            Require(rest.Length >= SegmentFormat.ColumnFixedLength, "the header ends within a column");
            ReadOnlySpan<byte> entry = rest[..SegmentFormat.ColumnFixedLength];
            rest = rest[SegmentFormat.ColumnFixedLength..];
            Require(entry[2] == 0 && entry[3] == 0, "reserved bytes are not 0");
            string name = Name(ref rest, entry[1]);
            columns[i] = new SegmentColumn(name, TypeOf(name, (ColumnKind)entry[0], BinaryPrimitives.ReadInt32LittleEndian(entry[4..])));
            Require(
                i == 0 || string.CompareOrdinal(columns[i - 1].Name, name) < 0,
                $"column '{name}' is not greater than the column before it");
        }

        return columns;
    }

    private static ColumnType TypeOf(string name, ColumnKind kind, int dimensions)
    {
        string otherwise = $"column '{name}' has kind {kind} and {dimensions} dimensions, which is not valid";
        Require(Enum.IsDefined(kind) && dimensions >= 1 && dimensions <= SchemaLimits.MaxDimensions, otherwise);
        Require(dimensions == 1 || kind >= ColumnKind.VectorInt8, otherwise);
        return ColumnType.FromKind(kind, dimensions);
    }

    private static string Name(ref ReadOnlySpan<byte> rest, int length)
    {
        Require(
            length is >= 1 and <= SchemaLimits.MaxNameLength && length <= rest.Length,
            $"a name of {length} bytes is not valid where {rest.Length} bytes of the header are left");
        string name = Encoding.Latin1.GetString(rest[..length]);
        rest = rest[length..];
        try
        {
            SchemaLimits.CheckName(name);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException(
                $"the header holds a name that is not valid, in bytes {Convert.ToHexString(Encoding.Latin1.GetBytes(name))}", error);
        }

        return name;
    }

    private static DayRange? Days(int first, int last)
    {
        if (first == SegmentFormat.NoDay && last == SegmentFormat.NoDay)
        {
            return null;
        }

        Require(
            first >= 0 && first <= last && last <= DateOnly.MaxValue.DayNumber,
            $"the corrected days from day number {first} to {last} are not valid");
        return new DayRange(DateOnly.FromDayNumber(first), DateOnly.FromDayNumber(last));
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
