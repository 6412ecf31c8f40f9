using System.Numerics;
using Signals.Serving;

namespace Signals.Core.Serving.Sizing;

/// <summary>The set of keys that are taken: a hash table of rows.</summary>
/// <remarks>
/// Thread contract: one thread at a time. It is reused and allocates only to grow. The numbers of each user's rows continue after
/// those of the previous user. Places with lower numbers count as free, so the table need not be cleared for a new user.
/// Invariant: at most a quarter of the places are taken.
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

    /// <summary>
    /// Begins with the rows of a user, from <paramref name="start"/> up to but excluding <paramref name="end"/>.
    /// </summary>
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

    /// <summary>
    /// Takes the key of a row. False when an earlier row has taken it. A row without a value in a key column takes no key and
    /// returns true.
    /// </summary>
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
