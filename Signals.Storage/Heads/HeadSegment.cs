using System.Runtime.InteropServices;

namespace Signals.Storage.Heads;

/// <summary>A piece of the memory of heads. Heads are written into it one after another; all of them leave together.</summary>
/// <remarks>
/// Thread contract: under the lock of <see cref="HeadCache"/>. Invariant: below <see cref="Used"/> there are heads and nothing of those
/// before them; between there and the written bytes may be rows of heads that left. Lifetime: that of its <see cref="HeadMemory"/>, which
/// gives it its memory before the first head.
/// </remarks>
internal sealed unsafe class HeadSegment(int bytes)
{
    private const int UserBits = 1 << 15; // a segment has up to eight thousand heads
    private const int Second = 15; // the bits of a hash that give the second place

    private readonly ulong[] _users = new ulong[UserBits / 64]; // a Bloom filter of the users below Used
    private byte* _start;
    private int _written; // the most bytes that heads took since the rest was wiped

    /// <summary>Whether it was given memory.</summary>
    public bool HasMemory => _start != null;

    /// <summary>TEST_ONLY: its memory; empty when it has none.</summary>
    public ReadOnlySpan<byte> TestBytes => HasMemory ? new(_start, bytes) : [];

    /// <summary>How many bytes heads take.</summary>
    public int Used { get; private set; }

    /// <summary>Grows each time when its heads leave. A head that was begun in an earlier round is lost.</summary>
    public int Round { get; private set; }

    /// <summary>Gives it memory, once: as many bytes as it has, in which no row of any user is.</summary>
    public void Place(byte* start) => _start = start;

    /// <summary>Room for a head of a user, or null when there is not enough.</summary>
    public Head* TryTake(in UserId user, int size)
    {
        if (size > bytes - Used)
        {
            return null;
        }

        Head* head = (Head*)(_start + Used);
        Used += size;
        _written = Math.Max(_written, Used);
        _users[WordOf(user.Hash64)] |= BitOf(user.Hash64);
        _users[WordOf(user.Hash64 >> Second)] |= BitOf(user.Hash64 >> Second);
        return head;
    }

    /// <summary>The head at an offset below <see cref="Used"/>; the next one is <see cref="Head.Size"/> bytes further.</summary>
    public Head* At(int offset) => (Head*)(_start + offset);

    /// <summary>
    /// Overwrites every row of a user, also in heads that no read finds any more: they were moved, replaced or given up. Only what a read
    /// is filling now stays. What heads of earlier rounds left is overwritten as a whole.
    /// </summary>
    public void Wipe(in UserId user)
    {
        for (int offset = 0; offset < Used && MayHave(user); offset += At(offset)->Size)
        {
            if (At(offset)->User == user && At(offset)->IsDraft == 0)
            {
                HeadCatchUp.Wipe(At(offset));
            }
        }

        NativeMemory.Clear(_start + Used, (nuint)(_written - Used));
        _written = Used;
    }

    /// <summary>Its heads leave. No reader finds them any more, but some may still read.</summary>
    public void BeginRound() => Round++;

    /// <summary>It takes other heads from now on.</summary>
    public void Reuse()
    {
        Used = 0;
        Array.Clear(_users);
    }

    private static int WordOf(ulong hash) => (int)(hash % UserBits) >> 6;

    private static ulong BitOf(ulong hash) => 1UL << (int)(hash & 63);

    private bool MayHave(in UserId user) => (_users[WordOf(user.Hash64)] & BitOf(user.Hash64)) != 0
        && (_users[WordOf(user.Hash64 >> Second)] & BitOf(user.Hash64 >> Second)) != 0;
}
