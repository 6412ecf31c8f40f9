using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Core.Ingest;

/// <summary>
/// A view of a batch record. It lives as long as the bytes it was opened on, and is safe for any thread while those do not
/// change. Damaged bytes give an <see cref="InvalidDataException"/> at <see cref="Open"/> or when the damaged section is read,
/// but never a read outside the record.
/// </summary>
internal readonly ref struct BatchRecordReader
{
    private readonly ReadOnlySpan<byte> _ends;
    private readonly ReadOnlySpan<byte> _sections;
    private readonly EventTypeSchema _eventType;
    private readonly bool _isMarked;

    private BatchRecordReader(ReadOnlySpan<byte> record, EventTypeSchema eventType)
    {
        _eventType = eventType;
        Require(record.Length >= BatchRecordFormat.EndsOffset, "the record is shorter than its fixed part");
        RecordHeader header = RecordHeader.Read(record);
        _isMarked = header.Version == BatchRecordFormat.WidenedVersion;
        bool isKnown = _isMarked || header.Version == BatchRecordFormat.Version;
        if (header.Kind != RecordKind.Events || !isKnown || header.TypeId != eventType.Id)
        {
            throw new InvalidDataException(
                $"Found a record of kind {header.Kind}, version {header.Version}, event type {header.TypeId}; expected "
                + $"{RecordKind.Events}, {BatchRecordFormat.Version} or {BatchRecordFormat.WidenedVersion}, "
                + $"{eventType.Id} ('{eventType.Name}').");
        }

        uint rows = BinaryPrimitives.ReadUInt32LittleEndian(record[BatchRecordFormat.RowsOffset..]);
        ColumnCount = BinaryPrimitives.ReadUInt16LittleEndian(record[BatchRecordFormat.ColumnCountOffset..]);
        Require(rows is > 0 and <= BatchRecordFormat.MaxRows, "the row count is 0 or beyond the limit");
        Require(ColumnCount <= eventType.ColumnSpan.Length, "the record has more columns than its event type");
        Rows = (int)rows;
        int sections = BatchRecordFormat.SectionsOffset(ColumnCount);
        Require(record.Length >= sections, "the record is shorter than its table of sections");
        _ends = record[BatchRecordFormat.EndsOffset..sections];
        _sections = record[sections..];
    }

    /// <summary>The number of events in the record.</summary>
    public int Rows { get; }

    /// <summary>The number of columns in the record. Columns that were added to the event type later are absent.</summary>
    public int ColumnCount { get; }

    /// <summary>The event times.</summary>
    public ColumnChunk Times => ColumnChunk.Open(ColumnType.Scalar<long>(), Section(BatchRecordFormat.TimesSection), Rows);

    /// <summary>The event ids.</summary>
    public ColumnChunk Ids => Numbers(BatchRecordFormat.IdsSection);

    /// <summary>Opens a record, header included.</summary>
    /// <exception cref="InvalidDataException">
    /// The record is not a batch of this event type, or its fixed part is damaged.
    /// </exception>
    public static BatchRecordReader Open(ReadOnlySpan<byte> record, EventTypeSchema eventType) => new(record, eventType);

    /// <summary>Writes both halves of every event's user.</summary>
    public void CopyUsers(Span<ulong> high, Span<ulong> low) => CopyUsers(0, high[..Rows], low[..Rows]);

    /// <summary>
    /// Writes both halves of the users of the events from <paramref name="firstRow"/> on, for as many events as there is room
    /// for.
    /// </summary>
    public void CopyUsers(int firstRow, Span<ulong> high, Span<ulong> low)
    {
        Numbers(BatchRecordFormat.UsersHighSection).CopyULongs(firstRow, high.Length, high);
        Numbers(BatchRecordFormat.UsersLowSection).CopyULongs(firstRow, low.Length, low);
    }

    /// <summary>Writes every event's time.</summary>
    public void CopyTimes(Span<long> times) => Times.CopyLongs(0, Rows, times);

    /// <summary>Writes every event's id.</summary>
    public void CopyIds(Span<ulong> ids) => Ids.CopyULongs(0, Rows, ids);

    /// <summary>
    /// A column of the event type. It is absent from every row when the record was written before the column was added. Cells that were
    /// written before the column was widened are given as they are now.
    /// </summary>
    public ColumnChunk Column(int index) => ColumnChunk.OpenAs(
        _eventType.ColumnSpan[index].Type,
        _eventType.ColumnSpan[index].FirstType,
        index < ColumnCount ? Section(BatchRecordFormat.FirstColumnSection + index) : default,
        Rows);

    /// <summary>Checks everything that can be checked, so that no later read of these bytes fails.</summary>
    /// <exception cref="InvalidDataException">The record breaks a rule of the format. The message says which.</exception>
    [MethodImpl(Compile.InFull)]
    public void Validate()
    {
        for (int section = 0; section < BatchRecordFormat.FirstColumnSection; section++)
        {
            ReadOnlySpan<byte> keys = Section(section);
            ColumnChunk.Validate(ColumnType.Scalar<ulong>(), keys, Rows);
            Require(Numbers(section).AllValues, "an event lacks a user, a time or an id");
        }

        for (int i = 0; i < ColumnCount; i++)
        {
            ValidateColumn(_eventType.ColumnSpan[i], Section(BatchRecordFormat.FirstColumnSection + i));
        }

        ReadOnlySpan<byte> padding = _sections[(int)BinaryPrimitives.ReadUInt32LittleEndian(_ends[^sizeof(uint)..])..];
        Require(padding.Length < RecordFormat.Alignment && !padding.ContainsAnyExcept((byte)0), "bytes after the last section");
    }

    private void ValidateColumn(ColumnSchema column, ReadOnlySpan<byte> chunk)
    {
        if (_isMarked && chunk.Length >= ColumnChunkFormat.HeaderLength && chunk[ColumnChunkFormat.StoredKindOffset] != 0)
        {
            ColumnType stored = ColumnChunk.Open(column.Type, chunk, Rows).StoredType;
            if (!column.IsWidened || !column.Reads(stored))
            {
                throw new InvalidDataException(
                    $"Damaged batch record: cells of {stored} in column '{column.Name}' of {column.Type}, "
                    + $"which was {column.FirstType} at first.");
            }

            ColumnChunkValidator.ValidateMarked(column.Type, chunk, Rows);
            return;
        }

        ColumnChunk.Validate(column.FirstType, chunk, Rows);
    }

    private ColumnChunk Numbers(int section) => ColumnChunk.Open(ColumnType.Scalar<ulong>(), Section(section), Rows);

    private ReadOnlySpan<byte> Section(int section)
    {
        uint start = section == 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_ends[((section - 1) * sizeof(uint))..]);
        uint end = BinaryPrimitives.ReadUInt32LittleEndian(_ends[(section * sizeof(uint))..]);
        Require(start <= end && end <= (uint)_sections.Length, "a section lies outside the record");
        return _sections[(int)start..(int)end];
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"Damaged batch record: {otherwise}.");
        }
    }
}
