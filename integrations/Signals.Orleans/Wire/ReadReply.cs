using Signals.Orleans.Replicas;
using Signals.Serving;

namespace Signals.Orleans.Wire;

/// <summary>
/// The reply to a <see cref="ReadRequest"/>. Errors are values, so that the caller's machine throws what a local read would have
/// thrown, whatever exceptions its serializer knows. Immutable; the payload has one owner.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("signals.reply")]
internal sealed record ReadReply
{
    [Id(0)]
    public required ReplyKind Kind { get; init; }

    [Id(1)]
    public ServedPayload? Payload { get; init; }

    /// <summary>What went wrong, in words.</summary>
    [Id(2)]
    public string Message { get; init; } = "";

    /// <summary>The name of the definition or tenant that the error is about.</summary>
    [Id(3)]
    public string Name { get; init; } = "";

    [Id(4)]
    public string[] KnownDefinitions { get; init; } = [];

    [Id(5)]
    public TenantRefusal Refusal { get; init; }

    [Id(6)]
    public TimeSpan RetryAfter { get; init; }

    /// <summary>The name of the silo that replies; the caller does not ask it again.</summary>
    [Id(7)]
    public string Silo { get; init; } = "";

    /// <summary>
    /// How long the replica waited for <see cref="ReadRequest.AtLeast"/> before it made its claim, by its own clock. Zero from a machine
    /// with an older version of the library.
    /// </summary>
    [Id(8)]
    public TimeSpan Held { get; init; }

    public static ReadReply Served(ServedPayload payload) => new() { Kind = ReplyKind.Served, Payload = payload };

    /// <summary>An error of a replica as a reply.</summary>
    public static ReadReply Of(Exception error, SignalStore? store) => error switch
    {
        ReplicaNotReadyException => new() { Kind = ReplyKind.NotReady, Message = error.Message },
        _ when OpenReplica.IsOwnFailure(error) => new() { Kind = ReplyKind.NotReady, Message = error.Message },
        UnknownDefinitionException unknown => new()
        {
            Kind = ReplyKind.UnknownDefinition,
            Message = unknown.Message,
            Name = unknown.Name,
            KnownDefinitions = store is null ? [] : [.. store.Definitions.All.Select(definition => definition.Name)],
        },
        TenantRefusedException refused => new()
        {
            Kind = ReplyKind.TenantRefused,
            Message = refused.Message,
            Name = refused.Tenant,
            Refusal = refused.Reason,
            RetryAfter = refused.RetryAfter,
        },
        ArgumentException bad => new() { Kind = ReplyKind.BadRequest, Message = bad.Message },
        _ => new() { Kind = ReplyKind.Failed, Message = error.Message },
    };

    /// <summary>The payload.</summary>
    /// <exception cref="Exception">What a local read would have thrown.</exception>
    public ServedPayload Unwrap() => Kind switch
    {
        ReplyKind.Served => Payload ?? throw new ServedColumnsException("A reply that says it was served has no answer."),
        ReplyKind.NotReady => throw new ReplicaNotReadyException(Message),
        ReplyKind.UnknownDefinition => throw new UnknownDefinitionException(Name, KnownDefinitions),
        ReplyKind.TenantRefused => throw new TenantRefusedException(Name, Refusal, RetryAfter),
        ReplyKind.BadRequest => throw new ArgumentException(Message),
        _ => throw new SignalsException(Message),
    };
}
