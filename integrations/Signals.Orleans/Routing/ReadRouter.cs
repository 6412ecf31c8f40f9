using Signals.Orleans.Grains;
using Signals.Orleans.Placement;
using Signals.Orleans.Replicas;
using Signals.Orleans.Telemetry;
using Signals.Orleans.Wire;

namespace Signals.Orleans.Routing;

/// <summary>
/// Brings a read to a replica of another machine: to the owner, and to the standbys in their order when the owner does not answer,
/// or answers without knowing how late it is.
/// </summary>
/// <remarks>
/// Thread contract: any thread. An owner that did not answer is asked last for a moment, so that not every read waits for it. So is the
/// machine on which it was last.
/// </remarks>
internal sealed class ReadRouter(
    IGrainFactory grains, ReplicaServices services, ReplicaContext context, IClusterMembershipService membership)
{
    private readonly long[] _suspectedAt = new long[context.Options.Partitions]; // Timestamps; 0 for never.
    private readonly string?[] _owners = new string?[context.Options.Partitions]; // The silos that last replied as owners.

    /// <summary>Asks replicas until one gives what the read asks for.</summary>
    /// <param name="request">The read.</param>
    /// <param name="read">Reads the payload, which it takes over, and gives the answer the lag of the caller's clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PartitionUnavailableException">None did; the error says what each of them said.</exception>
    public async Task<RoutedAnswer<T>> AskAsync<T>(
        ReadRequest request, Func<ServedPayload, (T Value, ClusterAnswer Answer)> read, CancellationToken cancellationToken)
        where T : class, IDisposable
    {
        RoutedAnswer<T>? vague = null; // An answer of a replica that does not know how late it is.
        List<string> reasons = [];
        Exception? lastError = null;
        HashSet<string> replied = []; // Silos, so that the owner's is not asked again under its name.
        long first = context.Time.GetTimestamp();
        try
        {
            foreach ((string name, Func<ReadRequest, Task<ReadReply>> ask, TimeSpan patience) in Candidates(request.Partition, replied))
            {
                if (replied.Contains(name))
                {
                    continue;
                }

                try
                {
                    long began = context.Time.GetTimestamp();
                    TimeSpan wait = request.AtLeast is null ? TimeSpan.Zero : WaitLeft(context.Time.GetElapsedTime(first));
                    ReadReply reply = await CallAsync(name, ask(request with { Wait = wait }), patience + wait, cancellationToken)
                        .ConfigureAwait(false);
                    replied.Add(reply.Silo);
                    if (name == Owner)
                    {
                        Volatile.Write(ref _owners[request.Partition], reply.Silo);
                    }

                    RoutedAnswer<T> routed = Receive(request, read(reply.Unwrap()), context.Time.GetElapsedTime(began), reply.Held);
                    if (routed.Answer.Lag is not null)
                    {
                        vague?.Value.Dispose();
                        context.Telemetry.ReadRemotely(routed.Answer.IsComplete, context.Time.GetElapsedTime(first));
                        return routed;
                    }

                    reasons.Add($"{Described(name)}: it has not caught up since it was opened");
                    vague = MoreOf(vague, routed);
                }
                catch (Exception error) when (error is ReplicaNotReadyException or ServedColumnsException || Unreachable.Is(error))
                {
                    reasons.Add($"{Described(name)}: {error.Message}");
                    lastError = error;
                    if (name == Owner && IsSuspicious(error, request))
                    {
                        Volatile.Write(ref _suspectedAt[request.Partition], context.Time.GetTimestamp());
                    }
                }
            }
        }
        catch
        {
            vague?.Value.Dispose(); // Nobody gets it.
            throw;
        }

        if (vague is { } some && request.MaxLag is null)
        {
            context.Telemetry.ReadRemotely(some.Answer.IsComplete, context.Time.GetElapsedTime(first));
            return some;
        }

        context.Telemetry.ReadRefused(context.Time.GetElapsedTime(first));
        throw new PartitionUnavailableException(request.Partition, reasons, lastError);
    }

    private async Task<ReadReply> CallAsync(string name, Task<ReadReply> call, TimeSpan patience, CancellationToken cancellationToken)
    {
        long began = context.Time.GetTimestamp();
        CallOutcome outcome = CallOutcome.Failed;
        try
        {
            ReadReply reply = await call.WaitAsync(patience, context.Time, cancellationToken).ConfigureAwait(false);
            outcome = OutcomeOf(reply.Kind);
            return reply;
        }
        catch (Exception error)
        {
            outcome = OutcomeOf(error);
            throw;
        }
        finally
        {
            context.Telemetry.Called(
                name == Owner ? CallTarget.Owner : CallTarget.Replica, outcome, context.Time.GetElapsedTime(began));
        }
    }

    private static CallOutcome OutcomeOf(ReplyKind kind) => kind switch
    {
        ReplyKind.Served => CallOutcome.Served,
        ReplyKind.NotReady => CallOutcome.NotReady,
        _ => CallOutcome.Failed,
    };

    private static CallOutcome OutcomeOf(Exception error) => error is TimeoutException ? CallOutcome.TimedOut
        : Unreachable.Is(error) ? CallOutcome.Unreachable
        : CallOutcome.Failed;

    private const string Owner = "the owner";

    private static string Described(string name) => name == Owner ? name : $"silo '{name}'";

    private IEnumerable<(string Name, Func<ReadRequest, Task<ReadReply>> Ask, TimeSpan Patience)> Candidates(
        int partition, HashSet<string> replied)
    {
        (string, Func<ReadRequest, Task<ReadReply>>, TimeSpan) owner = (
            Owner,
            request => grains.GetGrain<IPartitionGrain>(partition).ReadAsync(request),
            context.Options.OwnerTimeout);
        bool isSuspected = IsSuspected(partition);
        if (!isSuspected)
        {
            yield return owner;
        }

        ClusterView view = ClusterView.Of(membership.CurrentSnapshot, context.Options.ZoneOf);
        foreach (string name in InOrder(partition, view, replied.Count == 0))
        {
            yield return (
                name,
                request => services.On(view.AddressOf(name)).ReadAsync(request),
                context.Options.ReplicaTimeout);
        }

        if (isSuspected)
        {
            yield return owner;
        }
    }

    // An owner that is silent is silent at the other door of its machine too, most likely, so that door is the last one.
    private IEnumerable<string> InOrder(int partition, ClusterView view, bool isOwnerSilent)
    {
        string[] order = view.HoldersOf(partition, context.Options.Standbys);
        string? owner = Volatile.Read(ref _owners[partition]) ?? order.FirstOrDefault();
        return isOwnerSilent ? order.OrderBy(name => name == owner) : order;
    }

    private bool IsSuspected(int partition)
    {
        long at = Volatile.Read(ref _suspectedAt[partition]);
        return at != 0 && context.Time.GetElapsedTime(at) < context.Options.OwnerTimeout;
    }

    // All replicas that are asked one after the other have this time together to get to the position of the read.
    private TimeSpan WaitLeft(TimeSpan elapsed) =>
        elapsed < context.Options.ReplicaTimeout ? context.Options.ReplicaTimeout - elapsed : TimeSpan.Zero;

    // A replica that says that it cannot give the answer is well. One that is silent may only be waiting for the read's position.
    private static bool IsSuspicious(Exception error, ReadRequest request) =>
        error is not (ReplicaNotReadyException or ServedColumnsException) && !(error is TimeoutException && request.AtLeast is not null);

    /// <summary>
    /// How old a claim may be: it was true when it was made, which was after the request was sent and after the replica had waited.
    /// </summary>
    /// <param name="elapsed">Time since the request was sent.</param>
    /// <param name="held">How long the replica says that it waited before, by its own clock.</param>
    internal static TimeSpan AgeOf(TimeSpan elapsed, TimeSpan held) =>
        held <= TimeSpan.Zero ? elapsed : held >= elapsed ? TimeSpan.Zero : elapsed - held;

    private RoutedAnswer<T> Receive<T>(ReadRequest request, (T Value, ClusterAnswer Answer) read, TimeSpan elapsed, TimeSpan held)
        where T : class, IDisposable
    {
        try
        {
            PayloadReader.Require(
                read.Answer.Partition == request.Partition, $"it is of partition {read.Answer.Partition}, not {request.Partition}");
            ClusterAnswer answer = read.Answer.After(AgeOf(elapsed, held), context.Options.CompleteWithin);
            ReplicaReader.RequireWithin(answer, request.MaxLag);
            return new RoutedAnswer<T>(read.Value, answer);
        }
        catch
        {
            read.Value.Dispose();
            throw;
        }
    }

    private static RoutedAnswer<T> MoreOf<T>(RoutedAnswer<T>? one, RoutedAnswer<T> other)
        where T : class, IDisposable
    {
        if (one is not { } before)
        {
            return other;
        }

        (RoutedAnswer<T> more, RoutedAnswer<T> less) =
            before.Answer.Position >= other.Answer.Position ? (before, other) : (other, before);
        less.Value.Dispose();
        return more;
    }
}
