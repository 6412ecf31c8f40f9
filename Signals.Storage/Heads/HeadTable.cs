using System.Runtime.InteropServices;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Storage.Heads;

/// <summary>
/// Finds a head by user and event type. A bucket is one cache line: a word that remembers who asked lately, and seven slots. A slot holds
/// the address of a head and the top 16 bits of its hash; 0 is an empty slot.
/// </summary>
/// <remarks>
/// Thread contract: <see cref="Find"/> and <see cref="WasAsked"/> from any thread, without locks, inside a read epoch; everything else
/// under the lock of <see cref="HeadCache"/>. Addresses have 48 bits, as user space has on x64 and ARM64. Lifetime: disposed when no reader
/// is left; it does not own the heads.
/// </remarks>
internal sealed unsafe class HeadTable : IDisposable
{
    /// <summary>Bytes of a bucket: one cache line.</summary>
    public const int BucketBytes = Words * sizeof(ulong);

    private const int Words = 8;
    private const ulong AddressMask = (1UL << 48) - 1;
    private const int AskedBits = 8;

    private readonly ulong* _buckets;
    private readonly ulong _mask;

    /// <param name="buckets">A power of two.</param>
    public HeadTable(int buckets)
    {
        _mask = (ulong)buckets - 1;
        Bytes = (long)buckets * BucketBytes;
        bool isLarge = Bytes >= HugePages.PageBytes;
        _buckets = (ulong*)NativeMemory.AlignedAlloc((nuint)Bytes, isLarge ? (nuint)HugePages.PageBytes : BucketBytes);
        if (isLarge)
        {
            HugePages.Advise((byte*)_buckets, Bytes); // a probe is a random access
        }

        NativeMemory.Clear(_buckets, (nuint)Bytes);
    }

    public long Bytes { get; }

    /// <summary>Number of slots.</summary>
    public long Slots => (long)(_mask + 1) * (Words - 1);

    /// <summary>The head of a user and event type, or null.</summary>
    public Head* Find(in UserId user, ushort eventType, ulong hash)
    {
        ulong* bucket = BucketOf(hash);
        for (int i = 1; i < Words; i++)
        {
            ulong slot = Volatile.Read(ref bucket[i]);
            if (slot >> 48 == hash >> 48)
            {
                Head* head = (Head*)(slot & AddressMask);
                if (head != null && head->EventType == eventType && head->User == user)
                {
                    return head;
                }
            }
        }

        return null;
    }

    public void Prefetch(ulong hash) => Primitives.Prefetch.Line(ref *BucketOf(hash));

    /// <summary>
    /// Whether this was asked before, lately. Remembers that it was asked now. From any thread; a concurrent call may be forgotten.
    /// </summary>
    public bool WasAsked(ulong hash)
    {
        ref ulong word = ref *BucketOf(hash);
        ulong asked = Volatile.Read(ref word);
        ulong mark = (hash >> 32) & ((1 << AskedBits) - 1);
        for (int shift = 0; shift < 64; shift += AskedBits)
        {
            if (((asked >> shift) & ((1 << AskedBits) - 1)) == mark)
            {
                return true;
            }
        }

        Volatile.Write(ref word, (asked << AskedBits) | mark);
        return false;
    }

    /// <summary>
    /// Puts a head into its bucket: in the place of the one of the same user and type, in an empty place, or, when the bucket is full, in
    /// that of one that was not used lately. True when no head left its place.
    /// </summary>
    public bool Put(Head* head, ulong hash)
    {
        ulong* bucket = BucketOf(hash);
        int at = SlotFor(bucket, head, hash);
        bool wasEmpty = bucket[at] == 0;
        Volatile.Write(ref bucket[at], (hash >> 48 << 48) | (ulong)head);
        return wasEmpty;
    }

    /// <summary>The head in a slot, or null.</summary>
    public Head* At(long slot) => (Head*)(Volatile.Read(ref *SlotAt(slot)) & AddressMask);

    /// <summary>Whether reads find a head, and not another one of its user and event type.</summary>
    public bool Has(Head* head, ulong hash) => Find(head->User, head->EventType, hash) == head;

    /// <summary>Takes a head out of its bucket.</summary>
    public void Remove(Head* head, ulong hash)
    {
        ulong* bucket = BucketOf(hash);
        for (int i = 1; i < Words; i++)
        {
            if ((Head*)(bucket[i] & AddressMask) == head)
            {
                Volatile.Write(ref bucket[i], 0);
            }
        }
    }

    /// <summary>Takes out the heads of a user, whose rows are overwritten, and returns how many there were.</summary>
    public int RemoveAll(in UserId user, int eventTypes)
    {
        int removed = 0;
        for (int type = 0; type < eventTypes; type++)
        {
            ulong hash = MemIndex.Hash(user.Hash64, (ushort)type);
            Head* head = Find(user, (ushort)type, hash);
            if (head != null)
            {
                HeadCatchUp.Wipe(head);
                Remove(head, hash);
                removed++;
            }
        }

        return removed;
    }

    public void Dispose() => NativeMemory.AlignedFree(_buckets);

    private ulong* BucketOf(ulong hash) => _buckets + ((hash & _mask) * Words);

    private ulong* SlotAt(long slot) => _buckets + ((slot / (Words - 1) * Words) + 1 + (slot % (Words - 1)));

    private static int SlotFor(ulong* bucket, Head* head, ulong hash)
    {
        int empty = 0;
        int unused = 0;
        for (int i = 1; i < Words; i++)
        {
            Head* other = (Head*)(bucket[i] & AddressMask);
            if (other == null)
            {
                empty = i;
            }
            else if (bucket[i] >> 48 == hash >> 48 && other->EventType == head->EventType && other->User == head->User)
            {
                return i;
            }
            else if (other->Used == 0)
            {
                unused = i;
            }
        }

        return empty != 0 ? empty : unused != 0 ? unused : 1 + (int)((hash >> 40) % (Words - 1));
    }
}
