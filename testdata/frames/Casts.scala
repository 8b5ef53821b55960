import ml.combust.mleap.core.types._
import scala.util.{Try,Success,Failure}
object Casts {
  def q(s: String) = { val b = new StringBuilder("\""); s.foreach { c => if (c == '"' || c == '\\') b.append('\\').append(c) else if (c < 32 || c > 126) b.append("\\u%04x".format(c.toInt)) else b.append(c) }; b.append('"').toString }
  def show(v: Any): String = v match {
    case null => "null"
    case s: String => q(s)
    case d: Double => "0x" + java.lang.Long.toHexString(java.lang.Double.doubleToLongBits(d))
    case f: Float => "0x" + Integer.toHexString(java.lang.Float.floatToIntBits(f))
    case x => x.toString
  }
  def main(a: Array[String]): Unit = {
    val ins: Seq[(String, BasicType, Seq[Any])] = Seq(
      ("boolean", BasicType.Boolean, Seq(true, false)),
      ("byte", BasicType.Byte, Seq(0, 1, -1, 127, -128).map(_.toByte)),
      ("short", BasicType.Short, Seq(0, 7, -1, 128, 255, 256, -129, 32767, -32768).map(_.toShort)),
      ("int", BasicType.Int, Seq(0, 1, -1, 128, 256, 65535, 65536, 40000, 16777217, Int.MaxValue, Int.MinValue)),
      ("long", BasicType.Long, Seq(0L, 1L, -1L, 128L, 65536L, 4294967296L, 4294967295L, 9007199254740993L, Long.MaxValue, Long.MinValue, 16777217L, 36028799166447617L)),
      ("float", BasicType.Float, Seq(0f, -0f, 0.1f, 1f, -1.9f, 127.9f, 128f, 300.5f, -129f, 40000f, 3e9f, -3e9f, 1e19f, -1e19f, Float.NaN, Float.PositiveInfinity, Float.NegativeInfinity, Float.MinPositiveValue, Float.MaxValue, 1e7f, 9999999f, 0.001f, 0.00099f, 3.4e10f)),
      ("double", BasicType.Double, Seq(0d, -0d, 0.1, 1d, -1.9, 127.9, 128d, 300.5, -129d, 40000d, 65536.5, 3e9, -3e9, 1e19, -1e19, Double.NaN, Double.PositiveInfinity, Double.NegativeInfinity, Double.MinPositiveValue, Double.MaxValue, 1e7, 9999999d, 0.001, 0.00099, 123456789.125, 2147483647.5, -2147483648.5, 1e40, 1e-46, 1.0000000596046449, 100d, 1e23, 1.5e-5, 12345.678, 1e22, 5e-324, 1e21, 0.5)),
      ("string", BasicType.String, Seq("", "null", "true", "yes", "false", "no", "TRUE", "0", "000", "00100", "1", "12", "-1", "+1", "-0", " 1", "1 ", "1.0", "1.", ".5", ".", "1e3", "1E+3", "1e", "1d", "1f", "1D", "1F", "1fd", "NaN", "nan", "+NaN", "-NaN", "NaNd", "Infinity", "-Infinity", "+Infinity", "inf", "infinity", "Inf", "0x1p3", "0X1.8P-1", "0x1p3d", "0x1f", "0x.8p0", "0x1.p0", "0xp0", "0x1p3f", "1_000", "0x_1p3", "127", "128", "-128", "-129", "32767", "32768", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e400", "-1e400", "1e-400", "abc", "\t1.5\n", "\u00a01", "1\u0000", "--1", "1-", "16777217", "0.1", "3.4028236e38", "1.1754943508222875e-38", "٣", "１", "é", "1é", "  ", "+", "-", "e5", "0e0", "00", "0.0", "1e0x", "1e99999999999", "0e99999999999", "1L", "0x10", "#10", "𝟏"))
    )
    val tos = Seq("boolean" -> BasicType.Boolean, "byte" -> BasicType.Byte, "short" -> BasicType.Short, "int" -> BasicType.Int, "long" -> BasicType.Long, "float" -> BasicType.Float, "double" -> BasicType.Double, "string" -> BasicType.String, "byte_string" -> BasicType.ByteString)
    for ((fn, f, vs) <- ins; (tn, t) <- tos if f != t) {
      Casting.cast(ScalarType(f, false), ScalarType(t, false)) match {
        case None => println(s"$fn\t$tn\t-\tsame")
        case Some(Failure(_)) => println(s"$fn\t$tn\t-\tno cast")
        case Some(Success(c)) => for (v <- vs) println(s"$fn\t$tn\t${show(v)}\t${Try(c(v)).map(show).getOrElse("error")}")
      }
    }
  }
}
