using System.Buffers.Binary;

namespace Signals.Core.Ingest;

/// <summary>
/// Writes the record of an <see cref="EventGroup"/>: the data about its source, then one batch record for each event type with
/// events.
/// </summary>
/// <remarks>
/// Thread contract: the thread that uses the group. Call <see cref="Plan"/> before <see cref="Write"/>. A change by another
/// thread in between gives an exception and no record.
/// </remarks>
internal static class GroupRecordWriter
{
    /// <summary>Plans every batch and returns the record's length, a multiple of 8.</summary>
    public static int Plan(EventGroup group)
    {
        group.Planned = (group.Position, group.Incarnation, group.Generation);
        long length = GroupRecordFormat.RecordsOffset(VersionOf(group), group.SourceUtf8.Length);
        foreach (EventBatch batch in group.Batches)
        {
            batch.BeginRecord();
            int planned = batch.PlannedCount > 0 ? BatchRecordWriter.Plan(batch) : 0;
            group.Lengths[batch.EventType.Id] = planned;
            length += planned;
        }

        return (int)Math.Min(length, int.MaxValue & -RecordFormat.Alignment);
    }

    /// <summary>Writes the planned group into <paramref name="record"/>, except the length, which publishing writes.</summary>
    /// <exception cref="InvalidOperationException">
    /// The group was changed after it was planned. The bytes written are not a record.
    /// </exception>
    public static void Write(EventGroup group, Span<byte> record)
    {
        ReadOnlySpan<byte> name = group.SourceUtf8;
        byte version = VersionOf(group);
        int nameOffset = GroupRecordFormat.NameOffsetOf(version);
        int offset = GroupRecordFormat.RecordsOffset(version, name.Length);
        RecordFormat.WriteHeader(record, RecordKind.Group, version, typeId: 0);
        BinaryPrimitives.WriteInt64LittleEndian(record[GroupRecordFormat.PositionOffset..], group.Planned.Position);
        BinaryPrimitives.WriteUInt16LittleEndian(record[GroupRecordFormat.NameLengthOffset..], (ushort)name.Length);
        record[GroupRecordFormat.ReservedOffset..nameOffset].Clear();
        if (version == GroupRecordFormat.IncarnationVersion)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(
                record[GroupRecordFormat.PrefixBytesOffset..], (ushort)group.Planned.Incarnation.PrefixBytes);
            BinaryPrimitives.WriteInt32LittleEndian(record[GroupRecordFormat.GenerationOffset..], group.Planned.Generation);
            BinaryPrimitives.WriteUInt128LittleEndian(record[GroupRecordFormat.IncarnationOffset..], group.Planned.Incarnation.Value);
        }

        name.CopyTo(record[nameOffset..]);
        record[(nameOffset + name.Length)..offset].Clear();
        foreach (EventBatch batch in group.Batches)
        {
            int length = group.Lengths[batch.EventType.Id];
            if (length > 0)
            {
                BatchRecordWriter.Write(batch, record.Slice(offset, length));
                BinaryPrimitives.WriteInt32LittleEndian(record[(offset + RecordFormat.LengthOffset)..], length);
                offset += length;
            }
            else
            {
                batch.RequireUnchanged();
            }
        }
    }

    // A group that uses nothing new is written in the version that earlier versions of Signals read.
    private static byte VersionOf(EventGroup group) =>
        group.Planned.Incarnation.IsNone && group.Planned.Generation == 0
            ? GroupRecordFormat.Version
            : GroupRecordFormat.IncarnationVersion;
}
