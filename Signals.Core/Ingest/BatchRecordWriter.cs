using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Core.Ingest;

/// <summary>
/// Encodes a batch in two steps, so that the space can be claimed in between: <see cref="Plan"/> returns the exact length and
/// <see cref="Write"/> fills the space. Stateless. The plan is kept in the batch, so neither step allocates. When another thread
/// changes the batch between or during the two steps, the result is not published: <see cref="Write"/> checks what was written
/// and throws.
/// </summary>
internal static class BatchRecordWriter
{
    // No valid record is nearly as long, so every length limit refuses it.
    private const int TooLong = int.MaxValue & -RecordFormat.Alignment;

    // As soon as one row of a column has a value, the column takes room for every row. A few wide values among a million rows
    // would take the memory of the machine.
    private const long MaxFilledBytes = 1L << 29;

    /// <summary>Decides how to write the batch and returns the record's length, a multiple of 8.</summary>
    /// <exception cref="InvalidOperationException">The batch is empty. An empty batch has no record.</exception>
    [MethodImpl(Compile.InFull)]
    public static int Plan(EventBatch batch)
    {
        batch.BeginRecord();
        int rows = batch.PlannedCount;
        if (rows == 0)
        {
            throw new InvalidOperationException("An empty batch has no record.");
        }

        if (TakesTooMuch(batch.Rows))
        {
            return TooLong;
        }

        batch.Rows.FillAbsent();
        Span<ChunkDecision> decisions = batch.Plans;
        decisions[BatchRecordFormat.UsersHighSection] = ColumnChunkWriter.Plan(batch.UsersHigh);
        decisions[BatchRecordFormat.UsersLowSection] = ColumnChunkWriter.Plan(batch.UsersLow);
        decisions[BatchRecordFormat.TimesSection] = ColumnChunkWriter.Plan(batch.Rows.Times);
        decisions[BatchRecordFormat.IdsSection] = ColumnChunkWriter.Plan(batch.Rows.Ids);
        ReadOnlySpan<ColumnBuffer> columns = batch.Rows.Columns;
        for (int i = 0; i < columns.Length; i++)
        {
            decisions[BatchRecordFormat.FirstColumnSection + i] = ColumnChunkWriter.Plan(columns[i], 0, rows);
        }

        long length = BatchRecordFormat.SectionsOffset(columns.Length);
        foreach (ref readonly ChunkDecision decision in decisions)
        {
            length += decision.Length;
        }

        return length < TooLong - RecordFormat.Alignment ? RecordFormat.Align((int)length) : TooLong;
    }

    /// <summary>Writes the planned batch into <paramref name="record"/>, except the length, which publishing writes.</summary>
    /// <exception cref="InvalidOperationException">
    /// The batch was changed after it was planned. The bytes written are not a record.
    /// </exception>
    [MethodImpl(Compile.InFull)]
    public static void Write(EventBatch batch, Span<byte> record)
    {
        if (PlantedBugs.Has(PlantedBugs.ChangedBatchIsPublished))
        {
            WritePlanned(batch, record);
            return;
        }

        batch.RequireUnchanged();
        try
        {
            WritePlanned(batch, record);
            BatchRecordReader.Open(record, batch.EventType).Validate();
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException or IndexOutOfRangeException)
        {
            throw EventBatch.ChangedMeanwhile(error);
        }

        batch.RequireUnchanged();
    }

    [MethodImpl(Compile.InFull)]
    private static void WritePlanned(EventBatch batch, Span<byte> record)
    {
        ReadOnlySpan<ColumnBuffer> columns = batch.Rows.Columns;
        byte version = batch.EventType.HasWidened ? BatchRecordFormat.WidenedVersion : BatchRecordFormat.Version;
        RecordFormat.WriteHeader(record, RecordKind.Events, version, batch.EventType.Id);
        BinaryPrimitives.WriteUInt32LittleEndian(record[BatchRecordFormat.RowsOffset..], (uint)batch.PlannedCount);
        BinaryPrimitives.WriteUInt16LittleEndian(record[BatchRecordFormat.ColumnCountOffset..], (ushort)columns.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(record[BatchRecordFormat.ReservedOffset..], 0);
        Span<byte> ends = record[BatchRecordFormat.EndsOffset..];
        int sectionsOffset = BatchRecordFormat.SectionsOffset(columns.Length);
        Span<byte> sections = record[sectionsOffset..];
        int end = 0;
        for (int section = 0; section < batch.Plans.Length; section++)
        {
            end += WriteSection(batch, section, sections[end..]);
            BinaryPrimitives.WriteUInt32LittleEndian(ends[(section * sizeof(uint))..], (uint)end);
        }

        record[(sectionsOffset + end)..RecordFormat.Align(sectionsOffset + end)].Clear();
    }

    [MethodImpl(Compile.InFull)]
    private static bool TakesTooMuch(RowBuffer rows)
    {
        foreach (ColumnBuffer column in rows.Columns)
        {
            if (column.HasBytes && column.Count < rows.Count && (long)rows.Count * column.Type.Width > MaxFilledBytes)
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(Compile.InFull)]
    private static int WriteSection(EventBatch batch, int section, Span<byte> destination)
    {
        ref readonly ChunkDecision decision = ref batch.Plans[section];
        return section switch
        {
            BatchRecordFormat.UsersHighSection => ColumnChunkWriter.Write(batch.UsersHigh, decision, destination),
            BatchRecordFormat.UsersLowSection => ColumnChunkWriter.Write(batch.UsersLow, decision, destination),
            BatchRecordFormat.TimesSection => ColumnChunkWriter.Write(batch.Rows.Times, decision, destination),
            BatchRecordFormat.IdsSection => ColumnChunkWriter.Write(batch.Rows.Ids, decision, destination),
            _ => WriteColumn(batch, section - BatchRecordFormat.FirstColumnSection, decision, destination),
        };
    }

    // Records of an earlier opening have cells of a narrower type, so these say that theirs are wide.
    [MethodImpl(Compile.InFull)]
    private static int WriteColumn(EventBatch batch, int column, in ChunkDecision decision, Span<byte> destination)
    {
        int length = ColumnChunkWriter.Write(batch.Rows.Columns[column], decision, destination);
        if (batch.EventType.HasWidened && batch.EventType.ColumnSpan[column] is { IsWidened: true, Type: var type })
        {
            ColumnChunk.Mark(destination[..length], type);
        }

        return length;
    }
}
