using Signals.Serving;

namespace Signals.Training.Quality;

/// <summary>What was seen of one definition in a period.</summary>
/// <remarks>Thread contract: one thread at a time.</remarks>
internal sealed class ProfileTally
{
    private readonly string _definition;
    private readonly string[] _names;
    private readonly ColumnType[] _types;
    private readonly ColumnTally[] _columns;
    private long _sequences;
    private long _events;
    private long _incomplete;
    private long _empty;

    public ProfileTally(in ServedSequence first)
    {
        _definition = first.Definition.Name;
        Version = first.Definition.Version;
        _names = [.. first.ColumnNames];
        _types = new ColumnType[_names.Length];
        for (int i = 0; i < _names.Length; i++)
        {
            _types[i] = first.TypeOf(_names[i]);
        }

        _columns = [.. _names.Select((name, i) => new ColumnTally(name, _types[i]))];
    }

    /// <summary>The version of the definition that was seen last.</summary>
    public int Version { get; private set; }

    /// <summary>Whether the sequence has these columns.</summary>
    public bool Fits(in ServedSequence sequence)
    {
        IReadOnlyList<string> names = sequence.ColumnNames;
        if (names.Count != _names.Length)
        {
            return false;
        }

        for (int i = 0; i < _names.Length; i++)
        {
            if (names[i] != _names[i] || sequence.TypeOf(_names[i]) != _types[i])
            {
                return false;
            }
        }

        return true;
    }

    public void Add(in ServedSequence sequence, int first, int step)
    {
        Version = sequence.Definition.Version;
        _sequences++;
        _events += sequence.Count;
        _incomplete += (sequence.Status & ~ServingStatus.UnknownUser) == 0 ? 0 : 1;
        _empty += sequence.Count == 0 ? 1 : 0;
        foreach (ColumnTally column in _columns)
        {
            column.Add(sequence, first, step);
        }
    }

    public FeatureProfile ToProfile() => new()
    {
        Definition = _definition,
        Version = Version,
        Sequences = _sequences,
        MeanLength = (double)_events / _sequences,
        Incomplete = _incomplete,
        Empty = _empty,
        Columns = [.. _columns.Select(column => column.ToProfile())],
    };
}
