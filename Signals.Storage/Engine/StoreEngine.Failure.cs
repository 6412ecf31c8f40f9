using Signals.Core.Model;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Engine;

/// <content>What becomes of an error: it fails the store, and whoever asked for the work is told.</content>
internal sealed partial class StoreEngine
{
    private void OnFailed(Exception error)
    {
        _ring.Close();
        _acks.Fail(error);
        _freezes.FailAll();
        Telemetry.Poisoned(error);
    }

    private async Task RunAsync(Action work)
    {
        if (_options.Background)
        {
            await Task.Run(() => GuardForCaller(work)).ConfigureAwait(false);
        }
        else
        {
            GuardForCaller(work);
        }
    }

    /// <summary>The same as <see cref="Guard"/>; whoever asked gets an error of the disk typed, with the first error as its cause.</summary>
    private void GuardForCaller(Action work)
    {
        try
        {
            Guard(work);
        }
        catch (FileOperationException)
        {
            throw new StorePoisonedException(FailStop.Error!);
        }
    }

    /// <summary>
    /// An error in work that a caller's thread does for the engine poisons the store as it would on the engine's own, and as there one of work on
    /// tables does not. A store that has failed does
    /// no such work.
    /// </summary>
    private void Guard(Action work)
    {
        FailStop.ThrowIfFailed();
        try
        {
            work();
        }
        catch (Exception error) when (error is not (ObjectDisposedException or HandlesExhaustedException or StoreWorkFailedException))
        {
            FailStop.Fail(error);
            throw;
        }
    }
}
