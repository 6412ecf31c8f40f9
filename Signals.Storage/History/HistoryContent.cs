namespace Signals.Storage.History;

/// <summary>
/// The content of a list of kept versions: the versions, oldest first, and the states that were recorded between them.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Invariant: numbers and times of versions ascend, and so do times and versions of
/// samples.
/// </remarks>
internal sealed class HistoryContent
{
    public List<RetainedVersion> Versions { get; } = [];

    public List<PastSample> Samples { get; } = [];

    /// <summary>
    /// The files of the kept versions hold nothing of the users that were erased by the edits with erasures up to this number.
    /// </summary>
    public ulong CleanEdits { get; set; }

    /// <summary>Whether a part of the list is known to be synced. A list that a crash left unfinished has no such mark.</summary>
    public bool IsPromised { get; set; }

    /// <summary>The greatest number that any version had, including versions that are in no list any more.</summary>
    public ulong HighestVersion { get; set; }

    /// <summary>The highest number of a list in the folder, complete or not; 0 for none.</summary>
    public ulong HighestFile { get; set; }

    public void Add(RetainedVersion version, ulong cleanEdits)
    {
        Versions.Add(version);
        CleanEdits = cleanEdits;
        HighestVersion = Math.Max(HighestVersion, version.Number);
    }

    public void Add(in PastSample sample) => Samples.Add(sample);

    /// <summary>Removes the oldest versions. The first one that stays takes over their erasures.</summary>
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
