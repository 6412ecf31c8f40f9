using System.Buffers.Binary;

namespace Signals.Core.Ingest;

/// <summary>Writes the record of an <see cref="EventGroup"/>: what it says of its source, then one batch record per event type.</summary>
/// <remarks>
/// Thread contract: the group's thread. <see cref="Plan"/> before <see cref="Write"/>; a change in between, by another thread, gives an
/// exception and no record.
/// </remarks>
internal static class GroupRecordWriter
{
    /// <summary>Plans every batch; returns the record's length, a multiple of 8.</summary>
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

    /// <summary>Writes the planned group into <paramref name="record"/>, all but the length, which publishing writes.</summary>
    /// <exception cref="InvalidOperationException">The group is not as it was planned; what was written is no record.</exception>
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
            BinaryPrimitives.WriteUInt16LittleEndian(record[GroupRecordFormat.PrefixBytesOffset..], (ushort)group.Planned.Incarnation.PrefixBytes);
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

    // Without anything new to say the bytes are those that earlier versions read.
    private static byte VersionOf(EventGroup group) =>
        group.Planned.Incarnation.IsNone && group.Planned.Generation == 0 ? GroupRecordFormat.Version : GroupRecordFormat.IncarnationVersion;
}
