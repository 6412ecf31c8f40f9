using Signals.Maintenance;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;

namespace Signals.Storage;

/// <summary>
/// Erases users from a checkpoint in a folder: opens it as the store that it is, erases, and compacts until no file holds them.
/// </summary>
/// <remarks>
/// Thread contract: one thread. Every step is one of an open store, so a crash leaves a valid store, and the next run goes on. Files that
/// the folder shares with the store it came from are not written to: the store that was copied keeps what it has. Lifetime: one run.
/// </remarks>
internal sealed class FolderErasure(StoreFolder folder, Func<SignalStore> open, TimeProvider time)
{
    /// <exception cref="CorruptionException">A file is damaged; what was erased so far is erased.</exception>
    public async Task<CheckpointErasureCertificate> RunAsync(
        IReadOnlyCollection<UserErasure> users, CancellationToken cancellationToken)
    {
        List<CheckpointFile> before = CheckpointFiles.Read(folder, cancellationToken);
        ErasureCertificate[] erased;
        SignalStore store = open();
        await using (store.ConfigureAwait(false))
        {
            erased = await EraseAsync(store, users, cancellationToken).ConfigureAwait(false);
        }

        List<CheckpointFile> after = CheckpointFiles.Read(folder, cancellationToken);
        return new CheckpointErasureCertificate
        {
            Checkpoint = folder.Path,
            ErasedAt = time.GetUtcNow(),
            Users = [.. erased.Select(Describe)],
            Deleted = [.. before.Except(after)],
            Written = [.. after.Except(before)],
            Left = [.. erased.SelectMany(Uncleaned).Distinct().Order(StringComparer.Ordinal)],
        };
    }

    /// <summary>Erases them all first, so that the files are rewritten once.</summary>
    private static async Task<ErasureCertificate[]> EraseAsync(
        SignalStore store, IReadOnlyCollection<UserErasure> users, CancellationToken cancellationToken)
    {
        List<ErasureCertificate> erased = [];
        foreach (IGrouping<UserId, UserErasure> user in users.GroupBy(user => user.User))
        {
            cancellationToken.ThrowIfCancellationRequested();

            // All of a user's events, if one of the requests says so.
            DateTimeOffset? upTo = user.Any(one => one.UpTo is null) ? null : user.Max(one => one.UpTo);
            erased.Add(await store.EraseUnloggedAsync(user.Key, upTo).ConfigureAwait(false));
        }

        await store.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (!erased.TrueForAll(user => user.IsComplete))
        {
            await store.CompactAsync(cancellationToken).ConfigureAwait(false);
        }

        return [.. erased];
    }

    // Logs are listed without a look into them; when the store is open, all events that they hold are in memory or in tables.
    private static ErasedUser Describe(ErasureCertificate erased) => new(
        erased.User, erased.CutoffMs, erased.Places.Any(place => place.Kind != ErasurePlaceKind.Log));

    private static IEnumerable<string> Uncleaned(ErasureCertificate erased) =>
        erased.IsComplete ? [] : erased.Places.Where(place => place.CleanedAt is null).Select(place => place.Name);
}
