using System.Runtime.InteropServices;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Storage.Heads;

/// <summary>Memory for segments of heads whose pages were touched before: spare arenas of the memtables, cut into pieces.</summary>
/// <remarks>
/// Thread contract: under the lock of <see cref="HeadCache"/>. Of an arena that is larger than what the heads may take, the rest goes back
/// to the system at once; so it is taken only when at least half of it is used. Lifetime: that of its <see cref="HeadMemory"/>, when no
/// reader is left; disposing frees the arenas.
/// </remarks>
internal sealed unsafe class SparePieces(MemArenaPool arenas, int pieceBytes) : IDisposable
{
    private readonly List<MemArena> _taken = [];
    private readonly Queue<nint> _pieces = new();

    /// <summary>How many pieces wait for a segment.</summary>
    public int Count => _pieces.Count;

    /// <summary>A piece without old rows. False when ingest can spare no arena, or the heads have no room for one.</summary>
    /// <param name="most">How many pieces the heads may still take.</param>
    /// <param name="piece">The piece.</param>
    public bool TryTake(long most, out byte* piece)
    {
        if (_pieces.Count == 0)
        {
            TryCut(most);
        }

        bool isThere = _pieces.TryDequeue(out nint first);
        piece = (byte*)first;
        if (isThere)
        {
            NativeMemory.Clear(piece, (nuint)pieceBytes); // rows of others, perhaps of users who were erased
        }

        return isThere;
    }

    /// <summary>Gives the memory of the pieces that wait back to the system.</summary>
    public void GiveBack()
    {
        while (_pieces.TryDequeue(out nint piece))
        {
            HugePages.GiveBack((byte*)piece, pieceBytes);
        }
    }

    public void Dispose() => _taken.ForEach(arena => arena.Dispose());

    private void TryCut(long most)
    {
        long pieces = Math.Min(most, arenas.ArenaBytes / pieceBytes);
        long rest = arenas.ArenaBytes - (pieces * pieceBytes);
        bool isWorthIt = rest <= arenas.ArenaBytes / 2 && (HugePages.CanGiveBack || rest < pieceBytes);
        if (!isWorthIt || !arenas.TryGiveAway(out MemArena? arena))
        {
            return;
        }

        _taken.Add(arena);
        for (long piece = 0; piece < pieces; piece++)
        {
            _pieces.Enqueue((nint)(arena.Pointer(0) + (piece * pieceBytes)));
        }

        HugePages.GiveBack(arena.Pointer(0) + (pieces * pieceBytes), rest);
    }
}
