using System.Numerics;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>The tables of a type that may have a user, one after the other, newest first. It touches no other table. Owned by one read.</summary>
internal struct TableCandidates
{
    private readonly FilterGroup[] _groups;
    private readonly ulong _hash;
    private int _group;
    private ulong _left;

    /// <summary>The candidates of a user.</summary>
    /// <param name="groups">The groups of the type.</param>
    /// <param name="hash">The user's hash.</param>
    public TableCandidates(FilterGroup[] groups, ulong hash)
    {
        _groups = groups;
        _hash = hash;
        _group = -1;
    }

    /// <summary>Words of groups that were looked at so far.</summary>
    public int Words { get; private set; }

    /// <summary>The next table that reaches this time or a newer one; it is not handed out again.</summary>
    public bool TryNext(long time, out Table table)
    {
        while (_left == 0)
        {
            if (_groups is null || _group + 1 >= _groups.Length || _groups[_group + 1].MaxTime < time)
            {
                table = null!;
                return false;
            }

            _left = _groups[++_group].Candidates(_hash, out int words);
            Words += words;
        }

        table = _groups[_group].Tables[BitOperations.TrailingZeroCount(_left)];
        if (table.Meta.MaxTime < time)
        {
            return false;
        }

        _left &= _left - 1;
        return true;
    }
}
