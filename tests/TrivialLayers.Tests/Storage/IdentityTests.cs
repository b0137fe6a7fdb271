using System.Text.Json.Nodes;

namespace TrivialLayers.Tests;

public sealed class IdentityTests
{
    [Fact]
    public void The_order_of_names_and_spaces_do_not_count()
    {
        var one = new Identity((JsonObject)JsonNode.Parse("""{"b": 1, "a": {"d": [1, 2], "c": 0.1}}""")!);
        var other = new Identity(new JsonObject { ["a"] = new JsonObject { ["c"] = 0.1, ["d"] = new JsonArray(1, 2) }, ["b"] = 1 });
        Assert.Equal(one, other);
        Assert.Equal("""{"a":{"c":0.1,"d":[1,2]},"b":1}""", one.Text);
        Assert.Equal("18cfe66bd0e3e44346a07d429c947ea7", one.Address[..32]);
    }

    [Fact]
    public void The_order_of_a_list_and_every_value_count()
    {
        Identity Of(params int[] values) => new(new JsonObject { ["a"] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]) });
        Assert.NotEqual(Of(1, 2), Of(2, 1));
        Assert.NotEqual(Of(1, 2).Address, Of(1, 3).Address);
    }

    [Fact]
    public void It_is_the_same_under_every_culture()
    {
        static string Text() => new Identity(new JsonObject { ["rate"] = 1234.5, ["I"] = -1e-5 }).Text;
        Assert.Equal("""{"I":-1E-05,"rate":1234.5}""", Text());
        Assert.All(Cultures.All, culture => Assert.Equal(Text(), Cultures.Under(culture, Text)));
    }
}
