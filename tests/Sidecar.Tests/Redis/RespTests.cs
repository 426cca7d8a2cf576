using System.Buffers;
using System.Text;
using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.Tests.Redis;

/// <summary>The examples of the specification: https://redis.io/docs/latest/develop/reference/protocol-spec/.</summary>
public sealed class RespTests
{
    [Theory]
    [InlineData("+OK\r\n", "+OK")]
    [InlineData("-Error message\r\n", "-Error message")]
    [InlineData("-ERR unknown command 'asdf'\r\n", "-ERR unknown command 'asdf'")]
    [InlineData("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n", "-WRONGTYPE Operation against a key holding the wrong kind of value")]
    [InlineData(":0\r\n", ":0")]
    [InlineData(":1000\r\n", ":1000")]
    [InlineData(":-1\r\n", ":-1")]
    [InlineData(":+5\r\n", ":5")]
    [InlineData(":-9223372036854775808\r\n", ":-9223372036854775808")]
    [InlineData("$5\r\nhello\r\n", "$hello")]
    [InlineData("$0\r\n\r\n", "$")]
    [InlineData("$-1\r\n", "null")]
    [InlineData("$4\r\na\r\nb\r\n", "$a\r\nb")]
    [InlineData("*0\r\n", "[]")]
    [InlineData("*2\r\n$5\r\nhello\r\n$5\r\nworld\r\n", "[$hello,$world]")]
    [InlineData("*3\r\n:1\r\n:2\r\n:3\r\n", "[:1,:2,:3]")]
    [InlineData("*5\r\n:1\r\n:2\r\n:3\r\n:4\r\n$5\r\nhello\r\n", "[:1,:2,:3,:4,$hello]")]
    [InlineData("*-1\r\n", "null")]
    [InlineData("*2\r\n*3\r\n:1\r\n:2\r\n:3\r\n*2\r\n+Hello\r\n-World\r\n", "[[:1,:2,:3],[+Hello,-World]]")]
    [InlineData("*3\r\n$5\r\nhello\r\n$-1\r\n$5\r\nworld\r\n", "[$hello,null,$world]")]
    public async Task Read_ExampleHoweverItIsCut_IsTheValue(string wire, string value)
    {
        // In one piece, and byte by byte.
        foreach (int piece in (int[])[int.MaxValue, 1])
        {
            var reader = new RespReader(new Pieces(Encoding.UTF8.GetBytes(wire + wire), piece));
            Assert.Equal(value, Show(await reader.ReadAsync(default)));
            Assert.Equal(value, Show(await reader.ReadAsync(default)));
            await Assert.ThrowsAsync<EndOfStreamException>(() => reader.ReadAsync(default).AsTask());
        }
    }

    [Fact]
    public async Task Read_LargerThanAnyBuffer_IsWhole()
    {
        byte[] bytes = new byte[3_000_000];
        Random.Shared.NextBytes(bytes);
        byte[] wire = [.. "*3\r\n$1\r\na\r\n$3000000\r\n"u8, .. bytes, .. "\r\n:7\r\n"u8];
        RespValue[] items = (await new RespReader(new Pieces(wire, 9973)).ReadAsync(default)).Items;
        Assert.Equal(bytes, items[1].Bytes);
        Assert.Equal(7, items[2].Integer);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("\r\n")]
    [InlineData(":\r\n")]
    [InlineData(":12a\r\n")]
    [InlineData(":99999999999999999999\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$x\r\n")]
    [InlineData("$536870913\r\n")]
    [InlineData("$3\r\nhello\r\n")]
    [InlineData("*-2\r\n")]
    [InlineData("*1048577\r\n")]
    [InlineData("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")]
    [InlineData("%1\r\n+a\r\n:1\r\n")]
    public async Task Read_WhatIsNoResp2_IsAProtocolError(string wire)
    {
        var reader = new RespReader(new Pieces(Encoding.UTF8.GetBytes(wire), int.MaxValue));
        Assert.Equal(RedisFault.Protocol, (await Assert.ThrowsAsync<RedisException>(() => reader.ReadAsync(default).AsTask())).Fault);
    }

    [Fact]
    public async Task Read_LineWithoutAnEnd_IsAProtocolError()
    {
        var reader = new RespReader(new Pieces(Encoding.UTF8.GetBytes("+" + new string('x', 200_000)), 4096));
        Assert.Equal(RedisFault.Protocol, (await Assert.ThrowsAsync<RedisException>(() => reader.ReadAsync(default).AsTask())).Fault);
    }

    [Theory]
    [InlineData("$5\r\nhel")]
    [InlineData("*2\r\n:1\r\n")]
    [InlineData(":1\r")]
    [InlineData("")]
    public async Task Read_StreamThatEndsEarly_SaysSo(string wire)
    {
        var reader = new RespReader(new Pieces(Encoding.UTF8.GetBytes(wire), int.MaxValue));
        await Assert.ThrowsAsync<EndOfStreamException>(() => reader.ReadAsync(default).AsTask());
    }

    [Fact]
    public void Write_ExampleOfTheSpecification_IsAnArrayOfBulkStrings() =>
        Assert.Equal("*2\r\n$4\r\nLLEN\r\n$6\r\nmylist\r\n", Wire(new RedisCommand("LLEN", "mylist")));

    [Fact]
    public void Write_BytesNumbersAndOtherAlphabets_GoWithTheirLengthInBytes() =>
        Assert.Equal(
            "*5\r\n$3\r\nSET\r\n$6\r\nü漢|\r\n$3\r\na\r\n\r\n$0\r\n\r\n$3\r\n-12\r\n",
            Wire(new RedisCommand("SET", "ü漢|", "a\r\n"u8.ToArray(), "", -12)));

    [Fact]
    public void Value_AskedForAnotherType_SaysWhatItIs()
    {
        RedisException error = Assert.Throws<RedisException>(() => RespValue.Simple("OK").Integer);
        Assert.Equal((RedisFault.Protocol, "Redis answered simple where the command answers an integer"), (error.Fault, error.Message));
    }

    private static string Wire(RedisCommand command)
    {
        var output = new ArrayBufferWriter<byte>();
        command.WriteTo(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Show(RespValue value) => value.Kind switch
    {
        RespKind.Null => "null",
        RespKind.Simple => "+" + value.Text,
        RespKind.Error => "-" + value.Text,
        RespKind.Integer => ":" + value.Text,
        RespKind.Bulk => "$" + value.Text,
        _ => "[" + string.Join(',', value.Items.Select(Show)) + "]",
    };

    /// <summary>Gives no more than so many bytes at a time.</summary>
    private sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, size)], cancellationToken);
    }
}
