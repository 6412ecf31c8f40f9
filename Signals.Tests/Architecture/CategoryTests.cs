using System.Reflection;

namespace Signals.Tests.Architecture;

/// <summary>Keeps the filter for the first minute of work useful: most fixtures answer within it.</summary>
[Category("Fast")]
internal sealed class CategoryTests
{
    [Test]
    public void Fixtures_InTheCategoryFast_AreMostOfThemAndNoneOfReliability()
    {
        Type[] fixtures = [.. typeof(CategoryTests).Assembly.GetTypes().Where(IsFixture)];
        string[] Of(string category) => [.. fixtures.Where(type => IsIn(type, category)).Select(type => type.Name)];
        Assert.That(Of("Fast").Intersect(Of("Reliability")), Is.Empty);
        Assert.That(Of("Fast"), Has.Length.GreaterThan(fixtures.Length / 2));
    }

    private static bool IsFixture(Type type) => type.GetMethods().Any(method =>
        method.GetCustomAttributes<TestAttribute>().Any() || method.GetCustomAttributes<TestCaseAttribute>().Any());

    private static bool IsIn(Type type, string category) =>
        type.GetCustomAttributes<CategoryAttribute>().Any(attribute => attribute.Name == category);
}
