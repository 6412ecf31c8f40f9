using System.Diagnostics;
using Signals.Maintenance;
using Signals.Offline;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Importing;
using Signals.Storage.Engine.Views;
using Signals.Storage.Telemetry;

namespace Signals.Storage.Engine.Upkeep;

/// <summary>
/// The long operations of callers on the store's files, beside its traffic: imports, checkpoints, verifications, certificates.
/// </summary>
/// <remarks>
/// Thread contract: any thread. An error of a checkpoint or a verification is the caller's and poisons nothing. Lifetime: that of
/// the store; closing cancels the operations under way and waits for them.
/// </remarks>
internal sealed class StoreVisits(
    StoreContext context,
    SegmentImporter importer,
    OpenStoreCheckpoint checkpointer,
    OpenStoreVerification verification,
    ErasureLedger ledger,
    AppliedErasures erasures) : IDisposable
{
    private readonly LongCalls _longCalls = new();

    /// <summary>Imports a segment, on a thread that is not the engine's.</summary>
    public async Task<ImportResult> ImportAsync(string path, ImportOptions options, CancellationToken cancellationToken)
    {
        context.FailStop.ThrowIfFailed();
        using Activity? activity = context.Telemetry.Start(TelemetryNames.ImportActivity);
        ImportResult result = context.Options.Background
            ? await Task.Run(() => importer.Import(path, options, cancellationToken), cancellationToken).ConfigureAwait(false)
            : importer.Import(path, options, cancellationToken);
        activity?.SetTag(TelemetryNames.EventTypeTag, result.EventType).SetTag("signals.rows", result.Events + result.Patches)
            .SetTag("signals.bytes", result.FileBytes);
        return result;
    }

    /// <summary>Records up to when an event type is complete.</summary>
    public void DeclareComplete(EventTypeSchema type, long upToMs)
    {
        context.FailStop.ThrowIfFailed();
        importer.DeclareComplete(type, upToMs);
    }

    /// <summary>Takes a checkpoint; see <see cref="OpenStoreCheckpoint"/>. An error leaves the store as it was.</summary>
    public Task<CheckpointInfo> CheckpointAsync(string target, CancellationToken cancellationToken) =>
        VisitAsync(token => checkpointer.Take(target, token), cancellationToken);

    /// <summary>Verifies every file of the current version. What is wrong is in the report.</summary>
    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken) =>
        VisitAsync(token => verification.Run(progress, token), cancellationToken);

    /// <summary>The same on the caller's thread.</summary>
    public VerifyReport Verify(IProgress<VerifyProgress>? progress, CancellationToken cancellationToken) =>
        _longCalls.Run(token => verification.Run(progress, token), cancellationToken);

    /// <summary>Begins the certificate of an erasure that was acknowledged.</summary>
    public ErasureCertificate Certify(UserId user) => ledger.Begin(user, erasures.Set.CutoffOf(user));

    /// <summary>Refuses new operations, cancels those under way and waits until they have ended.</summary>
    public void Close() => _longCalls.Close();

    public void Dispose() => _longCalls.Dispose();

    private async Task<T> VisitAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken) =>
        context.Options.Background
            ? await Task.Run(() => _longCalls.Run(work, cancellationToken), cancellationToken).ConfigureAwait(false)
            : _longCalls.Run(work, cancellationToken);
}
