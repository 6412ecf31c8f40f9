using Signals.Serving;
using Signals.Training.Making;

namespace Signals.Training;

/// <summary>Makes training sets: rows of sequences as they were served, or as of a time, with their labels.</summary>
/// <remarks>
/// Thread contract: any thread; a call works on threads of the pool while the store serves. Memory: the requests, the labels, and what
/// the sink's parts hold; sequences pass through one at a time for each thread. The rows come in an order of their own.
/// </remarks>
public static class TrainingSet
{
    /// <summary>
    /// Rebuilds the sequences that receipts name, identical to what was served, and joins them with labels by the request id. Kept
    /// versions and logs are read in their order, in as many stretches as there are threads.
    /// </summary>
    /// <param name="store">The store that served the requests. The definitions must be registered.</param>
    /// <param name="requests">The logged requests, in any order.</param>
    /// <param name="labels">The labels, in any order; they are held in memory.</param>
    /// <param name="sink">Where the rows go. It is completed, and not disposed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work between two sequences; the sink is not completed then.</param>
    /// <returns>What the set holds and what it lacks. A receipt that cannot be rebuilt is counted, and gives no row.</returns>
    /// <exception cref="CorruptionException">A kept file is damaged.</exception>
    public static Task<TrainingReport> FromReceiptsAsync(
        SignalStore store,
        IReadOnlyList<LoggedRequest> requests,
        IEnumerable<TrainingLabel> labels,
        ITrainingSink sink,
        TrainingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(sink);
        options ??= new TrainingOptions();
        ReceiptWork work = new(store, requests, new LabelIndex(labels), options.KeepUnlabelled);
        return new SetMaker(sink, options).MakeAsync(work, cancellationToken);
    }

    /// <summary>
    /// Reads each moment's sequence as it was known then: with every commit up to the last state that the store recorded at or before
    /// the time, and none after it. Events that arrived later and corrections that were made later are not in it.
    /// </summary>
    /// <param name="store">A store that keeps versions of those times.</param>
    /// <param name="moments">Users and times, in any order.</param>
    /// <param name="definition">The name of the definition; today's version of it makes every sequence.</param>
    /// <param name="sink">Where the rows go. It is completed, and not disposed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work between two sequences; the sink is not completed then.</param>
    /// <exception cref="VersionExpiredException">The store keeps no versions.</exception>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="InvalidOperationException">
    /// An enrichment of the definition is computed, or may be computed, at serving: from what its enricher knows now.
    /// </exception>
    /// <exception cref="CorruptionException">A kept file is damaged.</exception>
    public static Task<TrainingReport> AsKnownThenAsync(
        SignalStore store,
        IReadOnlyList<TrainingMoment> moments,
        string definition,
        ITrainingSink sink,
        TrainingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        Require(store, moments, definition, sink);
        return new SetMaker(sink, options ?? new TrainingOptions())
            .MakeAsync(new KnownThenWork(store, moments, definition), cancellationToken);
    }

    /// <summary>
    /// Reads each moment's sequence as it is corrected now: today's state of the events up to the time, without any event after it. Late
    /// events and corrections are in it; what last-N, max age or an erasure has removed since is not. It needs no kept versions, so a
    /// restored checkpoint serves as well, in another process than the serving one.
    /// </summary>
    /// <param name="store">The store, or one opened from a checkpoint.</param>
    /// <param name="moments">Users and times, in any order. They are read user by user.</param>
    /// <param name="definition">The name of the definition; today's version of it makes every sequence.</param>
    /// <param name="sink">Where the rows go. It is completed, and not disposed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work between two sequences; the sink is not completed then.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="CorruptionException">A file is damaged.</exception>
    public static Task<TrainingReport> AsCorrectedNowAsync(
        SignalStore store,
        IReadOnlyList<TrainingMoment> moments,
        string definition,
        ITrainingSink sink,
        TrainingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        Require(store, moments, definition, sink);
        return new SetMaker(sink, options ?? new TrainingOptions())
            .MakeAsync(new CorrectedNowWork(store, moments, definition), cancellationToken);
    }

    private static void Require(SignalStore store, IReadOnlyList<TrainingMoment> moments, string definition, ITrainingSink sink)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(moments);
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(sink);
    }
}
