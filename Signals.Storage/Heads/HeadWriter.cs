using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.MemTables;

namespace Signals.Storage.Heads;

/// <summary>Brings a head up to date with rows of memtables.</summary>
/// <remarks>
/// Thread contract: the caller holds the head: it has made <see cref="Head.Version"/> odd. Holds no state. A row with an identity that the
/// head has changes nothing when it equals the head's row. Otherwise stamps would decide, which a head does not know; then the caller lets
/// the head go.
/// </remarks>
internal static unsafe class HeadWriter
{
    private const int MostSlices = 24;

    /// <summary>
    /// Adds the rows of an entry from <paramref name="first"/> on. False when the head cannot express the outcome; its rows must not be
    /// read any more then.
    /// </summary>
    /// <param name="head">The head, held by the caller.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="rows">The rows of its user and event type in one memtable.</param>
    /// <param name="first">How many of them, in the order of arrival, the head has already.</param>
    /// <param name="unsettledTo">
    /// At or before this time a streamed event may meet corrections or retractions that came before it.
    /// </param>
    public static bool TryAdd(Head* head, HeadLayout layout, in MemRows rows, int first, long unsettledTo)
    {
        if (rows.Count - first > HeadLayout.KeptOf(head->Capacity))
        {
            return false;
        }

        Span<Slice> slices = stackalloc Slice[MostSlices];
        int count = 0;
        MemSlices walk = rows.Slices();
        while (walk.MoveNext() && walk.Chunk->FirstRow + walk.Count > first)
        {
            if (count == MostSlices)
            {
                return false;
            }

            int skip = Math.Max(0, first - walk.Chunk->FirstRow);
            slices[count++] = new Slice(walk.Row(skip), (nint)walk.Chunk, skip, walk.Count - skip);
        }

        while (count-- > 0)
        {
            if (!TryAdd(head, layout, rows.Table, slices[count], unsettledTo))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryAdd(Head* head, HeadLayout layout, MemTable table, in Slice slice, long unsettledTo)
    {
        ReadOnlySpan<long> times = new((byte*)slice.Chunk + ChunkLayout.TimesOffset + (8L * slice.Index), slice.Count);
        long newest = head->Count > 0 ? Times(head)[head->Start] : long.MinValue;
        bool isAscending = true;
        foreach (long time in times)
        {
            if (time <= unsettledTo && !PlantedBugs.Has(PlantedBugs.HeadIgnoresCorrections))
            {
                return false;
            }

            isAscending &= time > newest;
            newest = Math.Max(newest, time);
        }

        isAscending |= PlantedBugs.Has(PlantedBugs.HeadForgetsTheOrder);
        if (isAscending && (head->Count > 0 || times[0] >= head->CoversFrom))
        {
            if (!TryMakeRoom(head, layout, slice.Count))
            {
                return false;
            }

            Prepend(head, layout, table, slice.Row, slice.Count);
            return true;
        }

        for (int i = 0; i < slice.Count; i++)
        {
            if (!TryInsert(head, layout, table, slice.Row + i, times[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Puts rows that are newer than all others in front. There is room for them.</summary>
    private static void Prepend(Head* head, HeadLayout layout, MemTable table, long row, int count)
    {
        head->Start -= (ushort)count;
        head->Count += (ushort)count;
        Write(head, layout, table, row, head->Start, count);
    }

    private static bool TryInsert(Head* head, HeadLayout layout, MemTable table, long row, long time)
    {
        ulong id = 0;
        MemColumnReader.CopyKeys(table, row, 1, new Span<long>(ref time), new Span<ulong>(ref id));
        int newer = CountBefore(head, time, id);
        int place = head->Start + newer;
        if (newer < head->Count && Times(head)[place] == time && Ids(head)[place] == id)
        {
            return IsSame(head, layout, table, row, place);
        }

        if (newer == head->Count && time < head->CoversFrom)
        {
            return true; // one of the older events, which the head does not have
        }

        if (!TryMakeRoom(head, layout, 1))
        {
            return false;
        }

        // Making room may have cut off the rows around the place.
        newer = CountBefore(head, time, id);
        if (newer == head->Count && time < head->CoversFrom)
        {
            return true;
        }

        Move(head, layout, head->Start, head->Start - 1, newer);
        head->Start--;
        head->Count++;
        Write(head, layout, table, row, head->Start + newer, 1);
        return true;
    }

    /// <summary>How many rows come before an identity: those that are newer, and those of its time with a lesser id.</summary>
    private static int CountBefore(Head* head, long time, ulong id)
    {
        long* times = Times(head) + head->Start;
        ulong* ids = Ids(head) + head->Start;
        int count = 0;
        while (count < head->Count && (times[count] > time || (times[count] == time && ids[count] < id)))
        {
            count++;
        }

        return count;
    }

    /// <summary>
    /// Makes room in front, if need be by leaving out the oldest rows. False when the head was made small because it had all rows.
    /// </summary>
    private static bool TryMakeRoom(Head* head, HeadLayout layout, int count)
    {
        if (head->Start >= count)
        {
            return true;
        }

        if (head->IsWhole != 0)
        {
            return false;
        }

        int kept = Math.Min(head->Count, Math.Min(HeadLayout.KeptOf(head->Capacity), head->Capacity - count));
        if (kept < head->Count && !PlantedBugs.Has(PlantedBugs.HeadClaimsTooMuch))
        {
            head->CoversFrom = Math.Max(head->CoversFrom, Times(head)[head->Start + kept] + 1);
        }

        Move(head, layout, head->Start, head->Capacity - kept, kept);
        head->Start = (ushort)(head->Capacity - kept);
        head->Count = (ushort)kept;
        return true;
    }

    private static void Move(Head* head, HeadLayout layout, int from, int to, int count)
    {
        MoveRows((byte*)Times(head), sizeof(long), from, to, count);
        MoveRows((byte*)Ids(head), sizeof(ulong), from, to, count);
        for (int i = 0; i < layout.Columns.Length; i++)
        {
            MoveRows((byte*)head + layout.ValuesOffset(i, head->Capacity), layout.Width(i), from, to, count);
            MoveRows((byte*)head + layout.StatesOffset(i, head->Capacity), 1, from, to, count);
        }
    }

    private static void MoveRows(byte* array, int width, int from, int to, int count)
    {
        long bytes = (long)count * width;
        Buffer.MemoryCopy(array + ((long)from * width), array + ((long)to * width), bytes, bytes);
    }

    /// <summary>Writes neighbouring rows of a chunk, which are in the order of arrival, newest first.</summary>
    private static void Write(Head* head, HeadLayout layout, MemTable table, long row, int place, int count)
    {
        ushort type = layout.Type.Id;
        long last = row + count - 1;
        MemColumnReader.CopyKeys(table, last, -1, new Span<long>(Times(head) + place, count), new Span<ulong>(Ids(head) + place, count));
        for (int i = 0; i < layout.Columns.Length; i++)
        {
            int column = layout.Columns[i];
            int width = layout.Width(i);
            byte* values = (byte*)head + layout.ValuesOffset(i, head->Capacity) + ((long)place * width);
            byte* states = (byte*)head + layout.StatesOffset(i, head->Capacity) + place;
            MemColumnReader.CopyValues(table, type, column, last, -1, new Span<byte>(values, count * width));
            MemColumnReader.CopyStates(table, type, column, last, -1, new Span<byte>(states, count));
        }
    }

    [SkipLocalsInit]
    private static bool IsSame(Head* head, HeadLayout layout, MemTable table, long row, int place)
    {
        Span<byte> cell = stackalloc byte[HeadLayout.MostWidth];
        for (int i = 0; i < layout.Columns.Length; i++)
        {
            int width = layout.Width(i);
            Span<byte> value = cell[..width];
            MemColumnReader.CopyValues(table, layout.Type.Id, layout.Columns[i], row, 1, value);
            byte state = (byte)MemColumnReader.GetState(table, layout.Type.Id, layout.Columns[i], row);
            byte* held = (byte*)head + layout.ValuesOffset(i, head->Capacity) + ((long)place * width);
            byte heldState = ((byte*)head + layout.StatesOffset(i, head->Capacity))[place];
            if (state != heldState || !value.SequenceEqual(new ReadOnlySpan<byte>(held, width)))
            {
                return false;
            }
        }

        return true;
    }

    private static long* Times(Head* head) => (long*)((byte*)head + HeadLayout.TimesOffset);

    private static ulong* Ids(Head* head) => (ulong*)((byte*)head + HeadLayout.IdsOffset(head->Capacity));

    /// <summary>Neighbouring rows of one chunk.</summary>
    private readonly record struct Slice(long Row, nint Chunk, int Index, int Count);
}
