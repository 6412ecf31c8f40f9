using Signals.Definitions;
using Signals.Serving;

namespace Signals;

/// <content>Reads by query and by definition.</content>
public sealed partial class SignalStore
{
    /// <summary>Begins a query over event types of this store.</summary>
    /// <exception cref="ArgumentException">No type is named, a type is named twice, or the schema lacks one.</exception>
    public SequenceQueryBuilder Query(params ReadOnlySpan<string> eventTypes) => new(Schema, eventTypes);

    /// <summary>Reads one user's sequence: synchronous, and without allocation when warm. Dispose the answer.</summary>
    /// <exception cref="CorruptionException">A block that the answer needs is damaged; there is no partial answer.</exception>
    public Sequence Read(UserId user, SequenceQuery query) => Engine.Reader.Read(user, query);

    /// <summary>
    /// Reads one user's sequence as the active version of a registered definition makes it. Synchronous; when warm it allocates
    /// nothing, except what the host's own code allocates. Dispose the answer; its status says what the answer holds.
    /// </summary>
    /// <param name="user">The user whose sequence is read.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="DefinitionException">The active version is stored but cannot be used now; the message says why.</exception>
    /// <exception cref="TenantRefusedException">
    /// The definition's owner is registered in <see cref="Tenants"/> and may not read now.
    /// </exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public ServedSequence Read(UserId user, string definition) => Definitions.Read(user, definition, [], default);

    /// <summary>Like <see cref="Read(UserId, string)"/>, with a deadline or a trace for this read.</summary>
    /// <param name="user">The user whose sequence is read.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="options">A deadline, a trace.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="DefinitionException">The active version is stored but cannot be used now; the message says why.</exception>
    /// <exception cref="TenantRefusedException">
    /// The definition's owner is registered in <see cref="Tenants"/> and may not read now.
    /// </exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public ServedSequence Read(UserId user, string definition, ReadOptions options) => Definitions.Read(user, definition, [], options);

    /// <summary>
    /// Like <see cref="Read(UserId, string)"/>, with values for the definition's parameters. The first read with certain values
    /// compiles the definition for them. Later reads find the compiled form as long as it is kept, and allocate nothing.
    /// </summary>
    /// <param name="user">The user whose sequence is read.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="overrides">Values of parameters, within their bounds; the other parameters have their defaults.</param>
    /// <param name="options">A deadline, a trace.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="TenantRefusedException">
    /// The definition's owner is registered in <see cref="Tenants"/> and may not read now.
    /// </exception>
    /// <exception cref="DefinitionException">
    /// A parameter is unknown, or its value is out of bounds or does not fit the others or the store.
    /// Or the active version is stored but cannot be used now.
    /// </exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public ServedSequence Read(
        UserId user, string definition, ReadOnlySpan<ParameterOverride> overrides, ReadOptions options = default) =>
        Definitions.Read(user, definition, overrides, options);

    /// <summary>
    /// Reads the sequences of several users into tensors, directly into the caller's memory. <paramref name="destination"/>
    /// receives the status of each user's answer. All users get the same version of the definition.
    /// </summary>
    /// <param name="users">The users whose sequences are read; user i fills place i.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="destination">Where the tensors go.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="DefinitionException">The active version is stored but cannot be used now; the message says why.</exception>
    /// <exception cref="TenantRefusedException">
    /// The definition's owner is registered in <see cref="Tenants"/> and may not read now.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The definition describes no tensors, or the bound memory does not fit them; nothing is written.
    /// </exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public void ReadTensors(ReadOnlySpan<UserId> users, string definition, TensorSet destination) =>
        Definitions.ReadTensors(users, definition, destination, [], default);

    /// <summary>
    /// Like <see cref="ReadTensors(ReadOnlySpan{UserId}, string, TensorSet)"/>, with a deadline or a trace for this read.
    /// </summary>
    /// <param name="users">The users whose sequences are read; user i fills place i.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="destination">Where the tensors go.</param>
    /// <param name="options">A deadline for all users together; a trace.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="DefinitionException">The active version is stored but cannot be used now; the message says why.</exception>
    /// <exception cref="TenantRefusedException">
    /// The definition's owner is registered in <see cref="Tenants"/> and may not read now.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The definition describes no tensors, or the bound memory does not fit them; nothing is written.
    /// </exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public void ReadTensors(ReadOnlySpan<UserId> users, string definition, TensorSet destination, ReadOptions options) =>
        Definitions.ReadTensors(users, definition, destination, [], options);

    /// <summary>
    /// Like <see cref="ReadTensors(ReadOnlySpan{UserId}, string, TensorSet)"/>, with values for the definition's parameters, as
    /// in <see cref="Read(UserId, string, ReadOnlySpan{ParameterOverride}, ReadOptions)"/>. The values determine the size of a
    /// padded tensor.
    /// </summary>
    /// <param name="users">The users whose sequences are read; user i fills place i.</param>
    /// <param name="definition">The name that the definition is registered under.</param>
    /// <param name="destination">Where the tensors go.</param>
    /// <param name="overrides">Values of parameters, within their bounds; the other parameters have their defaults.</param>
    /// <param name="options">A deadline for all users together; a trace.</param>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="TenantRefusedException">
    /// The definition's owner is registered in <see cref="Tenants"/> and may not read now.
    /// </exception>
    /// <exception cref="DefinitionException">
    /// A parameter is unknown, or its value is out of bounds or does not fit the others or the store.
    /// Or the active version is stored but cannot be used now.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The definition describes no tensors, or the bound memory does not fit them; nothing is written.
    /// </exception>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public void ReadTensors(
        ReadOnlySpan<UserId> users,
        string definition,
        TensorSet destination,
        ReadOnlySpan<ParameterOverride> overrides,
        ReadOptions options = default) =>
        Definitions.ReadTensors(users, definition, destination, overrides, options);

    /// <summary>
    /// Reads the sequences of several users into one jagged answer. Each sequence holds every event acknowledged before the call.
    /// Sequences that are read later may also hold events that arrived during the call. Dispose the answer.
    /// </summary>
    /// <exception cref="CorruptionException">As in <see cref="Read(UserId, SequenceQuery)"/>.</exception>
    public SequenceBatch ReadMany(ReadOnlySpan<UserId> users, SequenceQuery query) => Engine.Reader.ReadMany(users, query);
}
