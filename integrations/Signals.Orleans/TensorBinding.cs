using Signals.Orleans.Wire;

namespace Signals.Orleans;

/// <summary>Memory of the caller for one tensor, and the shape that each user's part has in it. One thread.</summary>
internal abstract class TensorBinding(TensorShape shape)
{
    public TensorShape Shape { get; } = shape;

    /// <summary>The bytes of one user's part.</summary>
    public int UserBytes => checked((int)TensorRoom.BytesOf(Shape, 1));

    /// <exception cref="ArgumentException">The memory is too small for so many users.</exception>
    public void Require(int users)
    {
        long needed = TensorRoom.BytesOf(Shape, users);
        if (Destination.Length < needed)
        {
            throw new ArgumentException(
                $"The tensor '{Shape.Name}' takes {needed} bytes for {users} users; its memory has {Destination.Length}.");
        }
    }

    /// <summary>Copies the parts of users of one partition to the places of those users.</summary>
    /// <param name="values">The parts, one after the other.</param>
    /// <param name="places">The place of each user in the batch.</param>
    public void Scatter(ReadOnlySpan<byte> values, ReadOnlySpan<int> places)
    {
        int part = UserBytes;
        Span<byte> destination = Destination;
        for (int i = 0; i < places.Length; i++)
        {
            values.Slice(i * part, part).CopyTo(destination.Slice(places[i] * part, part));
        }
    }

    protected abstract Span<byte> Destination { get; }
}
