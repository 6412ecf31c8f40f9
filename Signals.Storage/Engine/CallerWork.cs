using Signals.Storage.Engine.Context;

namespace Signals.Storage.Engine;

/// <summary>Runs the engine's work for a caller who waits for it, and decides what becomes of its errors.</summary>
/// <remarks>Thread contract: any thread. Without threads of the engine the work runs on the caller's own.</remarks>
internal sealed class CallerWork(StoreContext context)
{
    /// <summary>Runs work beside the caller's thread.</summary>
    /// <exception cref="StorePoisonedException">The disk refused; the first error is its cause.</exception>
    public async Task RunAsync(Action work)
    {
        if (context.Options.Background)
        {
            await Task.Run(() => GuardForCaller(work)).ConfigureAwait(false);
        }
        else
        {
            GuardForCaller(work);
        }
    }

    /// <summary>
    /// As <see cref="Guard"/>, but the caller gets an error of the disk as a typed one, with the first error as its cause.
    /// </summary>
    public void GuardForCaller(Action work)
    {
        try
        {
            Guard(work);
        }
        catch (FileOperationException)
        {
            throw new StorePoisonedException(context.FailStop.Error!);
        }
    }

    /// <summary>
    /// Runs work on this thread. An error poisons the store as it would on one of the engine's threads; as there, an error of work
    /// on tables does not. A store that has failed does no such work.
    /// </summary>
    public void Guard(Action work)
    {
        context.FailStop.ThrowIfFailed();
        try
        {
            work();
        }
        catch (Exception error) when (error is not (ObjectDisposedException or HandlesExhaustedException or StoreWorkFailedException))
        {
            context.FailStop.Fail(error);
            throw;
        }
    }
}
