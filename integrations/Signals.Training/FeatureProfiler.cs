using Signals.Serving;
using Signals.Training.Quality;

namespace Signals.Training;

/// <summary>
/// Watches what a definition serves: rows, missing values, distinct values and quantiles of each column, in about 7 kB a column. Give it
/// every answer; it looks at a sample.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A sampled sequence is looked at under a lock; a thread that finds it taken passes its sequence over and
/// does not wait. Lifetime: that of the watch; <see cref="Take"/> begins a new period. Sequences of an older version than the newest of the
/// period are passed over; after a return to an older version, <see cref="Take"/> makes it the one that is watched.
/// </remarks>
public sealed class FeatureProfiler
{
    [ThreadStatic]
    private static uint _random;

    private readonly FeatureProfilerOptions _options;
    private readonly Lock _lock = new();
    private ProfileTally? _tally; // guarded by _lock

    /// <summary>Prepares a profile of one definition.</summary>
    /// <param name="definition">The definition's name; sequences of others are passed over.</param>
    /// <param name="options">The options; null for the defaults.</param>
    public FeatureProfiler(string definition, FeatureProfilerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(definition);
        Definition = definition;
        _options = options ?? new FeatureProfilerOptions();
        _options.Validate();
    }

    /// <summary>The name of the definition.</summary>
    public string Definition { get; }

    /// <summary>Looks at the sequence if chance takes it into the sample.</summary>
    /// <returns>Whether it did.</returns>
    public bool Sample(ServedSequence sequence)
    {
        if (_options.Every > 1 && Next() % (uint)_options.Every != 0)
        {
            return false;
        }

        if (!_lock.TryEnter())
        {
            return false;
        }

        try
        {
            return AddLocked(sequence);
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Looks at the sequence in any case.</summary>
    /// <returns>False when it is of another definition, or of an older version than one of this period.</returns>
    public bool Add(ServedSequence sequence)
    {
        lock (_lock)
        {
            return AddLocked(sequence);
        }
    }

    /// <summary>The profile so far; null when no sequence was looked at.</summary>
    public FeatureProfile? Snapshot()
    {
        lock (_lock)
        {
            return _tally?.ToProfile();
        }
    }

    /// <summary>The profile so far, and a new period begins; null when no sequence was looked at.</summary>
    public FeatureProfile? Take()
    {
        lock (_lock)
        {
            FeatureProfile? profile = _tally?.ToProfile();
            _tally = null;
            return profile;
        }
    }

    private bool AddLocked(in ServedSequence sequence)
    {
        if (sequence.Definition.Name != Definition)
        {
            return false;
        }

        if (_tally is not null && sequence.Definition.Version < _tally.Version)
        {
            return false; // a read that began before the new version was registered
        }

        if (_tally is null || !_tally.Fits(sequence))
        {
            _tally = new ProfileTally(sequence); // a version with other columns begins anew
        }

        int rows = Math.Min(sequence.Count, _options.RowsPerSequence);
        int step = rows == 0 ? 1 : (sequence.Count + rows - 1) / rows;
        _tally.Add(sequence, (int)(Next() % (uint)step), step);
        return true;
    }

    /// <summary>Chance, without sharing anything between threads (xorshift, Marsaglia 2003).</summary>
    private static uint Next()
    {
        uint random = _random == 0 ? (uint)Environment.CurrentManagedThreadId * 2654435769u | 1 : _random;
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        return _random = random;
    }
}
