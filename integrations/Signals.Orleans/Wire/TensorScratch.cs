using Signals.Serving;

namespace Signals.Orleans.Wire;

/// <summary>The tensors of the users of one partition, read into memory of their own.</summary>
/// <remarks>
/// Thread contract: one thread. The store checks each tensor's shape, because they are bound as tensors and not as memory.
/// </remarks>
internal sealed class TensorScratch
{
    private readonly TensorRoom[] _rooms;

    private TensorScratch(TensorRoom[] rooms) => _rooms = rooms;

    public TensorSet Set { get; } = new();

    public int Bytes => _rooms.Sum(room => room.Length);

    /// <exception cref="ArgumentException">A tensor does not exist, has other elements or another shape, or is too large.</exception>
    public static TensorScratch Read(SignalStore store, ReadRequest request)
    {
        int count = request.Users.Length / 2;
        long bytes = request.Tensors!.Sum(tensor => TensorRoom.BytesOf(tensor, count));
        if (bytes > ServedColumnsFormat.MaxBytes / 2)
        {
            throw new ArgumentException(
                $"The tensors of {count} users of one partition take {bytes} bytes, more than {ServedColumnsFormat.MaxBytes / 2}; "
                + "read fewer users at once.");
        }

        TensorScratch scratch = new(Array.ConvertAll(request.Tensors!, tensor => TensorRoom.Create(tensor, count)));
        foreach (TensorRoom room in scratch._rooms)
        {
            room.BindTo(scratch.Set);
        }

        UserId[] users = new UserId[count];
        for (int i = 0; i < count; i++)
        {
            users[i] = request.UserAt(i);
        }

        ReadOptions options = new() { Deadline = request.Deadline, AsOf = request.AsOf };
        store.ReadTensors(users, request.Definition!, scratch.Set, options);
        return scratch;
    }

    public ReadOnlySpan<byte> BytesOf(int tensor) => _rooms[tensor].Bytes;
}
