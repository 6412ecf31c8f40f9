namespace Signals.Storage.History;

/// <summary>What a list of kept versions holds: the versions, oldest first, and the states that were noted between them.</summary>
/// <remarks>Thread contract: one thread at a time. Invariant: numbers and times of versions, and times and versions of samples, ascend.</remarks>
internal sealed class HistoryContent
{
    public List<RetainedVersion> Versions { get; } = [];

    public List<PastSample> Samples { get; } = [];

    /// <summary>Up to which edit with erasures the files of the kept versions hold nothing of the erased users.</summary>
    public ulong CleanEdits { get; set; }

    /// <summary>Whether some of it is known to have been synced: a list that a crash left unfinished has no such mark.</summary>
    public bool IsPromised { get; set; }

    /// <summary>The greatest number that a version ever had, also of one that is in no list any more.</summary>
    public ulong HighestVersion { get; set; }

    public void Add(RetainedVersion version, ulong cleanEdits)
    {
        Versions.Add(version);
        CleanEdits = cleanEdits;
        HighestVersion = Math.Max(HighestVersion, version.Number);
    }

    public void Add(in PastSample sample) => Samples.Add(sample);

    /// <summary>Takes away the oldest versions; the first one that stays takes over who was erased by then.</summary>
    public void RemoveOldest(int count)
    {
        if (count == 0)
        {
            return;
        }

        if (count < Versions.Count)
        {
            Versions[count] = Versions[count] with { Erasures = [.. Versions.Take(count + 1).SelectMany(version => version.Erasures)] };
        }

        Versions.RemoveRange(0, count);
        ulong first = Versions.Count == 0 ? ulong.MaxValue : Versions[0].Number;
        Samples.RemoveRange(0, Ascending.CountWhile(Samples, sample => sample.Point.Version < first));
    }
}
