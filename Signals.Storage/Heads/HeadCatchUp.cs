using System.Runtime.InteropServices;
using Signals.Core.Model;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;

namespace Signals.Storage.Heads;

/// <summary>Gives a head the rows that memtables got since it was made.</summary>
/// <remarks>Thread contract: any thread, inside a read epoch. It holds the head while it changes it.</remarks>
internal static unsafe class HeadCatchUp
{
    private const int HoldAttempts = 64;
    private const int SlotsAtOnce = 512;

    /// <summary>How far a read that begins now certainly sees the memtables of a user.</summary>
    public static HeadMark Mark(MemTable active, in UserId user, ulong userHash, ushort eventType) => new(
        active.Number, active.Rows > 0 && active.TryFind(user, userHash, eventType, out MemRows rows) ? rows.Count : 0);

    /// <summary>
    /// Whether a head has every row of the memtables. It may have more than the view, when it was brought up to date from a later one.
    /// </summary>
    public static bool IsDone(HeadMark seen, in UserId user, ulong userHash, ushort eventType, MemTable[] memTables)
    {
        MemTable active = memTables[0];
        return seen.Table > active.Number
            || (seen.Table == active.Number && Mark(active, user, userHash, eventType).Rows <= seen.Rows);
    }

    /// <summary>
    /// Brings a head up to date with the memtables of a view, unless somebody else holds it. If it cannot be brought up to date, it is out
    /// of force for good.
    /// </summary>
    /// <param name="head">The head.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="generation">The generation that it must have.</param>
    /// <param name="memTables">The active memtable, then the frozen ones, newest first.</param>
    /// <param name="unsettledTo">See <see cref="HeadWriter.TryAdd(Head*, HeadLayout, in MemRows, int, long)"/>.</param>
    public static void Run(Head* head, HeadLayout layout, ulong generation, MemTable[] memTables, long unsettledTo)
    {
        if (TryHold(head))
        {
            bool isInForce = false;
            try
            {
                bool hasAllFlushed = memTables[^1].Number <= head->SeenTable || PlantedBugs.Has(PlantedBugs.HeadMissesFlushedRows);
                isInForce = head->Generation == generation && hasAllFlushed && TryAddAll(head, layout, memTables, unsettledTo);
            }
            finally
            {
                Release(head, isInForce); // also after an error: others wait for it
            }
        }
    }

    /// <summary>Gives a head the last rows of a memtable that takes no more and is about to leave the view.</summary>
    public static void RunLast(Head* head, HeadLayout layout, ulong generation, MemTable flushed, long unsettledTo)
    {
        if (Volatile.Read(ref head->SeenTable) != flushed.Number || PlantedBugs.Has(PlantedBugs.HeadMissesFlushedRows) || !TryHold(head))
        {
            return;
        }

        bool isInForce = false;
        try
        {
            isInForce = head->Generation == generation
                && (head->SeenTable != flushed.Number || TryAdd(head, layout, flushed, unsettledTo));
            if (isInForce && head->SeenTable == flushed.Number)
            {
                head->SeenTable = flushed.Number + 1;
                head->SeenRows = 0;
            }
        }
        finally
        {
            Release(head, isInForce);
        }
    }

    /// <summary>The same for every head of a table. The caller is outside of epochs: this enters one for a few heads at a time.</summary>
    public static void RunLast(HeadTable table, HeadLayouts layouts, ReadEpochs epochs, MemTable flushed, TableVersion tables)
    {
        for (long first = 0; first < table.Slots; first += SlotsAtOnce)
        {
            using EpochScope inside = epochs.Enter();
            for (long slot = first; slot < Math.Min(first + SlotsAtOnce, table.Slots); slot++)
            {
                Head* head = table.At(slot);
                if (head != null && layouts.Of(head->EventType) is HeadLayout layout)
                {
                    ulong generation = HeadCache.GenerationOf(layout, tables);
                    RunLast(head, layout, generation, flushed, tables.NewestUnsettledOf(head->EventType));
                }
            }
        }
    }

    /// <summary>
    /// Overwrites the rows of a head, which never answers again. Waits for whoever holds it: nobody does for longer than one change.
    /// </summary>
    public static void Wipe(Head* head)
    {
        SpinWait spin = default;
        while (!TryHold(head))
        {
            spin.SpinOnce();
        }

        NativeMemory.Clear((byte*)head + Head.Bytes, (nuint)(head->Size - Head.Bytes));
        head->Count = 0;
        Release(head, isInForce: false);
    }

    /// <summary>Holds a head, so that nobody else changes it and no read of it ends well. False when somebody else holds it.</summary>
    public static bool TryHold(Head* head)
    {
        SpinWait spin = default;
        for (int attempt = 0; attempt < HoldAttempts; attempt++)
        {
            int version = Volatile.Read(ref head->Version);
            if ((version & 1) == 0 && Interlocked.CompareExchange(ref head->Version, version + 1, version) == version)
            {
                return true;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }

        return false;
    }

    /// <summary>Lets go of a head that is held.</summary>
    /// <param name="head">The head.</param>
    /// <param name="isInForce">Whether it still answers; if not, it never does again.</param>
    public static void Release(Head* head, bool isInForce)
    {
        head->Generation = isInForce ? head->Generation : Head.Dead;
        Volatile.Write(ref head->Version, head->Version + 1);
    }

    private static bool TryAddAll(Head* head, HeadLayout layout, MemTable[] memTables, long unsettledTo)
    {
        for (int i = memTables.Length - 1; i >= 0; i--)
        {
            if (memTables[i].Number >= head->SeenTable && !TryAdd(head, layout, memTables[i], unsettledTo))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryAdd(Head* head, HeadLayout layout, MemTable table, long unsettledTo)
    {
        int seen = table.Number == head->SeenTable ? head->SeenRows : 0;
        if (table.Rows > 0 && table.TryFind(head->User, head->User.Hash64, head->EventType, out MemRows rows) && rows.Count > seen)
        {
            if (!HeadWriter.TryAdd(head, layout, rows, seen, unsettledTo))
            {
                return false;
            }

            seen = rows.Count;
        }

        head->SeenTable = table.Number;
        head->SeenRows = seen;
        return true;
    }
}
