using System.Globalization;

namespace Signals.Dashboard.Rows;

/// <summary>
/// Says why an event of a user is not in a served sequence. It goes by the meaning of definitions (docs/definitions.md): a row that is
/// passed over suppresses no other one, so what was served before a row decides counts, size and dedup. What these and the window do not
/// explain, a condition does: it is the only one left.
/// </summary>
/// <remarks>Thread contract: one thread. It does not evaluate conditions, so it never disagrees with the store about one.</remarks>
internal sealed class LeftOutReasons
{
    private readonly DefinitionFacts? _facts;
    private readonly long _nowMs;
    private readonly bool _isComplete;
    private readonly HashSet<RowKey> _served;
    private readonly RowKey[] _newestFirst;
    private readonly Dictionary<RowKey, UserRow> _history;

    /// <param name="facts">The definition; null for one with code of the host.</param>
    /// <param name="served">The events that were served.</param>
    /// <param name="history">The user's events, as far as they are shown.</param>
    /// <param name="nowMs">The time of the read.</param>
    /// <param name="isComplete">Whether the answer says that nothing is missing.</param>
    public LeftOutReasons(DefinitionFacts? facts, IEnumerable<RowKey> served, UserHistory history, long nowMs, bool isComplete)
    {
        (_facts, _nowMs, _isComplete) = (facts, nowMs, isComplete);
        _served = [.. served];
        _newestFirst = [.. _served.OrderDescending()];
        _history = history.Rows.ToDictionary(row => row.Key);
    }

    /// <summary>Why the event is left out, in a sentence; null when it is served.</summary>
    public string? Of(UserRow row)
    {
        if (_served.Contains(row.Key))
        {
            return null;
        }

        if (_facts is null)
        {
            return "The definition holds code of the host, so the page cannot say why.";
        }

        if (_facts.SourceOf(row.Type) is not { } source)
        {
            return "Its event type is not a source of the definition.";
        }

        if (source.Window is not null && row.TimeMs < _nowMs - source.WindowMs)
        {
            return $"It is older than the window of its source, {source.Window}.";
        }

        if (!_isComplete)
        {
            return "The answer is not complete; its status says what is missing.";
        }

        return Dedup(row) ?? Full(row, source) ?? Rest(source);
    }

    private string? Dedup(UserRow row)
    {
        if (_facts!.DedupColumns.Count == 0 || KeyOf(row) is not string key)
        {
            return null;
        }

        foreach (RowKey newer in Newer(row))
        {
            if ((!_facts.IsDedupPerType || newer.Type == row.Type.Id)
                && _history.TryGetValue(newer, out UserRow? other) && KeyOf(other) == key)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"A newer event has the same {string.Join(", ", _facts.DedupColumns)}: {other.Type.Name} {other.Id}.");
            }
        }

        return null;
    }

    private string? Full(UserRow row, DefinitionFacts.Source source)
    {
        if (_facts!.HasMix)
        {
            return null;
        }

        int ofType = Newer(row).Count(newer => newer.Type == row.Type.Id);
        if (ofType >= source.Count)
        {
            return string.Create(CultureInfo.InvariantCulture, $"Its source already has its {source.Count} rows.");
        }

        return Newer(row).Count() >= _facts.Size
            ? string.Create(CultureInfo.InvariantCulture, $"The sequence already has its {_facts.Size} rows.")
            : null;
    }

    private string Rest(DefinitionFacts.Source source)
    {
        bool hasCondition = source.HasCondition || _facts!.HasCondition;
        return (hasCondition, _facts!.HasMix) switch
        {
            (true, true) => "A condition is false, or the counts and mix rules chose other events.",
            (true, false) => "A condition is false.",
            (false, true) => "The counts and mix rules chose other events.",
            _ => "A stage of the host took it out, or it came after the read.",
        };
    }

    private IEnumerable<RowKey> Newer(UserRow row) => _newestFirst.TakeWhile(served => served.CompareTo(row.Key) > 0);

    // Rows without a value in a key column are never duplicates. A column that is computed at serving is not in the history.
    private string? KeyOf(UserRow row)
    {
        string[] cells = new string[_facts!.DedupColumns.Count];
        for (int i = 0; i < cells.Length; i++)
        {
            if (!row.Cells.TryGetValue(_facts.DedupColumns[i], out string? cell) || cell == "null")
            {
                return null;
            }

            cells[i] = cell;
        }

        return string.Join('\n', cells);
    }
}
