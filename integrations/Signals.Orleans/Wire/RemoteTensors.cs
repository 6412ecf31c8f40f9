using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Orleans.Wire;

/// <summary>
/// The tensors of an answer of another machine, checked when it is made: exactly those that were asked for, in their order.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: owns the payload.</remarks>
internal sealed class RemoteTensors : IDisposable
{
    private readonly ServedPayload _payload;
    private readonly int _statuses;
    private readonly int _lengths;
    private readonly (int At, int Bytes)[] _tensors;

    private RemoteTensors(ServedPayload payload, int users, TensorShape[] asked)
    {
        ReadOnlySpan<byte> bytes = payload.Bytes;
        PayloadReader reader = new(bytes, ServedColumnsFormat.KindTensors);
        _payload = payload;
        Answer = reader.ReadAnswer();
        Users = reader.Rows;
        PayloadReader.Require(Users == users, $"it is about {Users} users, not {users}");
        PayloadReader.Require(
            reader.Columns == asked.Length && reader.Types == 0, $"it has {reader.Columns} tensors, not {asked.Length}");
        foreach (TensorShape shape in asked)
        {
            int entry = reader.TakeNamed(ServedColumnsFormat.TensorBytes, out string name);
            PayloadReader.Require(
                name == shape.Name && bytes[entry] == (byte)shape.Element
                    && BinaryPrimitives.ReadInt32LittleEndian(bytes[(entry + 4)..]) == shape.Rows
                    && BinaryPrimitives.ReadInt32LittleEndian(bytes[(entry + 8)..]) == shape.Width,
                $"the tensor '{shape.Name}' is not the one that was asked for");
        }

        _statuses = reader.Take(users);
        _lengths = reader.Take((long)users * sizeof(int));
        int most = asked.Length == 0 ? ServedColumnsFormat.MaxRows : asked.Max(shape => shape.Rows);
        for (int user = 0; user < users; user++)
        {
            PayloadReader.StatusOf(bytes[_statuses + user]);
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[(_lengths + (user * sizeof(int)))..]);
            PayloadReader.Require(length >= 0 && length <= most, $"the sequence of user {user} has {length} rows of at most {most}");
        }

        _tensors = new (int, int)[asked.Length];
        for (int i = 0; i < asked.Length; i++)
        {
            long length = TensorRoom.BytesOf(asked[i], users);
            int at = reader.Take(length);
            _tensors[i] = (at, (int)length);
            PayloadReader.Require(
                asked[i].Element != TensorElement.Boolean || !bytes.Slice(at, (int)length).ContainsAnyExceptInRange((byte)0, (byte)1),
                $"the tensor '{asked[i].Name}' has a boolean that is none");
        }

        reader.RequireEnd();
    }

    public ClusterAnswer Answer { get; }

    public int Users { get; }

    public ReadOnlySpan<ServingStatus> Statuses => MemoryMarshal.Cast<byte, ServingStatus>(_payload.Bytes.Slice(_statuses, Users));

    public ReadOnlySpan<int> Lengths => MemoryMarshal.Cast<byte, int>(_payload.Bytes.Slice(_lengths, Users * sizeof(int)));

    /// <summary>Takes the payload over, also when it is refused.</summary>
    /// <exception cref="ServedColumnsException">The bytes are no such answer.</exception>
    public static RemoteTensors Read(ServedPayload payload, int users, TensorShape[] asked)
    {
        try
        {
            return new RemoteTensors(payload, users, asked);
        }
        catch
        {
            payload.Dispose();
            throw;
        }
    }

    public ReadOnlySpan<byte> BytesOf(int tensor) => _payload.Bytes.Slice(_tensors[tensor].At, _tensors[tensor].Bytes);

    public void Dispose() => _payload.Dispose();
}
