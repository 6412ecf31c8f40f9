namespace Signals;

/// <summary>
/// Makes a property of an event a vector column. The property is a <c>ReadOnlyMemory</c> or an array of float, <see cref="Half"/>
/// or sbyte.
/// </summary>
/// <param name="dimensions">The number of components of every value, 1 to 16384.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class VectorAttribute(int dimensions) : Attribute
{
    /// <summary>The number of components of every value.</summary>
    public int Dimensions { get; } = dimensions;
}
