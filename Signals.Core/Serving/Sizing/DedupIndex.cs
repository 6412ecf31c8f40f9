using System.Numerics;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Sizing;

/// <summary>The keys that are taken: a hash table of rows.</summary>
/// <remarks>
/// Thread contract: one thread at a time. Reused, allocates only to grow. Each user's rows are numbered on from the last user's, so that
/// a new user leaves the table as it is: lower numbers are free places. Invariant: at most a quarter of the places is taken.
/// </remarks>
internal sealed class DedupIndex
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private const int PlacesPerRow = 4;

    private readonly DedupKeys _keys = new();
    private uint[] _places = new uint[PlacesPerRow];
    private int _shift = 64 - 2;
    private int _start;
    private uint _first = 1;
    private uint _end = 1;

    /// <summary>Begins with the rows of a user, from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public void Begin(RowSet rows, SizeRules rules, int start, int end)
    {
        _keys.Load(rows, rules, start, end);
        _start = start;
        uint count = (uint)(end - start);
        _first = _end;
        if (PlacesPerRow * (long)count > _places.Length)
        {
            _places = new uint[checked((int)BitOperations.RoundUpToPowerOf2(PlacesPerRow * count))];
            _shift = 64 - BitOperations.Log2((uint)_places.Length);
        }
        else if (count > uint.MaxValue - _first)
        {
            Array.Clear(_places);
            _first = 1;
        }

        _end = _first + count;
    }

    /// <summary>Takes the key of a row; false when an earlier row has it. A row that lacks a value of the key takes none.</summary>
    public bool TryTake(int row)
    {
        if (!_keys.TryGet(row, out ulong bits))
        {
            return true;
        }

        uint[] places = _places;
        for (uint place = (uint)(bits * Multiplier >> _shift); ; place = (place + 1) & (uint)(places.Length - 1))
        {
            uint held = places[place];
            if (held < _first)
            {
                places[place] = _first + (uint)(row - _start);
                return true;
            }

            if (_keys.AreSame(_start + (int)(held - _first), row))
            {
                return false;
            }
        }
    }
}
