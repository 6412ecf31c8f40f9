using Signals.Maintenance;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Following;

/// <summary>Verifies the files of a store that another process may be writing.</summary>
/// <remarks>Thread contract: any thread; stateless.</remarks>
internal static class FollowedVerification
{
    /// <summary>Verifies one state of the store. What is wrong is in the report.</summary>
    public static VerifyReport Run(StoreFolder folder, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            using HeldState held = HeldState.Take(folder.Files, folder.Path);
            VerifyScope scope = held.ToVerify();
            return new StoreVerifier(held.Folder, scope.State.ReadSchema()).Verify(scope, progress, cancellationToken);
        }
        catch (Exception error) when (error is CorruptionException or FileOperationException)
        {
            return Rest(folder, ProblemOf(error), progress, cancellationToken);
        }
    }

    // Something is missing, or the logs are damaged: that is reported, and the tables are still looked at. They are not held, so the
    // writer may delete some meanwhile, and these are no problem.
    private static VerifyReport Rest(
        StoreFolder folder, VerifyProblem problem, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        ManifestLook look;
        try
        {
            look = ManifestLook.Read(folder, before: null);
        }
        catch (Exception error) when (error is CorruptionException or FileOperationException)
        {
            return new VerifyReport(0, 0, [ProblemOf(error)]);
        }

        VerifyScope scope = new(look.State, StoreFiles.Manifest(look.Number), problem, Logs: [], Log: 0, LogEnd: 0);
        VerifyReport report = new StoreVerifier(folder, look.State.ReadSchema()).Verify(scope, progress, cancellationToken);
        return new VerifyReport(report.Files, report.Bytes, [problem, .. StillNamed(folder, [.. report.Problems.Skip(1)])]);
    }

    private static IEnumerable<VerifyProblem> StillNamed(StoreFolder folder, IReadOnlyList<VerifyProblem> problems)
    {
        VerifyProblem[] gone = [.. problems.Where(problem => !folder.Files.FileExists(problem.File))];
        if (gone.Length == 0)
        {
            return problems;
        }

        try
        {
            ManifestLook later = ManifestLook.Read(folder, before: null);
            HashSet<string> named = [.. later.State.DataFiles().Select(folder.PathOf)];
            return problems.Where(problem => named.Contains(problem.File) || !gone.Contains(problem));
        }
        catch (Exception error) when (error is CorruptionException or FileOperationException)
        {
            return problems; // without the manifest nothing says that a file is not needed
        }
    }

    private static VerifyProblem ProblemOf(Exception error) => error is CorruptionException damage
        ? new VerifyProblem(damage.File, damage.Offset, damage.Message)
        : new VerifyProblem(((FileOperationException)error).Path, 0, error.Message);
}
